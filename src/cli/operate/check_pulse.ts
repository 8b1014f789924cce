import { announceText } from "../../control/announce_text.ts";
import { askOnce, Forbidden } from "../../control/client.ts";
import { pidFileOwner } from "../../daemon/process/pid_file.ts";
import { decodePulse } from "../../daemon/liveness/pulse.ts";
import {
  judgePulse,
  PLUGIN_STATES,
  type PluginState,
  type PulseEvidence,
  type TableEvidence,
  usualLimits,
} from "../../daemon/liveness/pulse_verdict.ts";
import { VERSION } from "../../model/version.ts";
import { ONE_CONFIGURATION } from "../base/declaration.ts";
import type { ExitStatus } from "../base/exit_status.ts";
import { findInstance, type Instance } from "../base/instance.ts";
import type { Tool } from "../base/tool.ts";
import { toolArguments } from "../base/tool_arguments.ts";
import { withUsage } from "../base/tool_usage.ts";

const DECLARED = withUsage({
  name: "check-pulse",
  summary: "say whether a director is alive and at work: a Nagios plugin",
  forms: ["[-w SECONDS] [-c SECONDS] [--director] [--table [-t SECONDS]] [config]"],
  words: ONE_CONFIGURATION,
  about: `
Says whether a director is alive and at work, as a plugin of Nagios and its kin: one
line, with performance data, and the exit status 0 OK, 1 WARNING, 2 CRITICAL, 3 UNKNOWN.
The director renews its pulse file (/var/run/ldirectord.NAME.pulse) while it completes
checks; a pulse that is old, or a single check that is overdue, is late. Says as well what
clients meet: virtual services of which no real server serves, or none can be checked.
`,
  options: {
    warning: { short: "w", value: "SECONDS", doc: "late for WARNING above so many seconds (120)" },
    critical: { short: "c", value: "SECONDS", doc: "late for CRITICAL above so many seconds (300)" },
    director: { doc: "judge the director alone, and not what clients meet: for a program that restarts it" },
    table: {
      doc:
        "look into the kernel's IPVS table as well: a virtual service that is missing there is CRITICAL, and so is an " +
        "address that cannot be announced (for root only)",
    },
    timeout: { short: "t", value: "SECONDS", doc: "with --table, how long the director gets to answer (10)" },
    version: { short: "V", doc: "print the version" },
  },
  after: `
A director that has just started gets as long for its first beat. Where checks are made
less often than once a minute the usual limits are twice and five times what a check may
take to come round. A table out of step is a WARNING, a virtual service that the director
knows to be missing there CRITICAL. A virtual service without a real server that serves
is a WARNING. A real server that cannot be checked (state unknown) is a WARNING at once,
and CRITICAL when that has lasted for longer than -c; or than -w, where it is so with all
real servers of a virtual service.
`,
});

/** `ldirectord check-pulse`: the Nagios plugin. */
export const checkPulse: Tool = {
  ...DECLARED,

  async run(args) {
    const { state, line } = await look(args);
    console.log(line);
    return exitStatus(state);
  },
};

/** Every failure is UNKNOWN, and on standard output: monitoring reads nothing else of a plugin. */
async function look(args: readonly string[]): Promise<{ readonly state: PluginState; readonly line: string }> {
  try {
    const { values, words } = toolArguments(args, DECLARED);
    if (values.version) return { state: "OK", line: `ldirectord check-pulse v${VERSION}` };
    const { table, director } = values;
    const [warning, critical, timeout] = [values.warning, values.critical, values.timeout].map(seconds);
    const instance = findInstance(words.at(0));
    const pulse = evidenceOf(instance);
    const seen = table && pulse.owner.state === "running"
      ? { ...pulse, table: await tableEvidence(instance.socket, timeout) }
      : pulse;
    const evidence = { ...seen, isOfDirector: director };
    const usual = usualLimits(evidence.pulse);
    const limits = { warning: warning ?? usual.warning, critical: critical ?? usual.critical };
    if (limits.warning > limits.critical) throw new Error("the limit for WARNING is above the one for CRITICAL");
    return judgePulse(evidence, limits);
  } catch (error) {
    return { state: "UNKNOWN", line: `UNKNOWN: ldirectord check-pulse: ${(error as Error).message}` };
  }
}

function seconds(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+(\.\d+)?$/.test(text)) throw new Error(`a limit is a number of seconds, not ${JSON.stringify(text)}`);
  return Number(text);
}

function evidenceOf({ pidFile, pulseFile }: Instance): PulseEvidence {
  const owner = pidFileOwner(pidFile);
  const started = unlessMissing(() => ageOf(pidFile));
  const seen = unlessMissing(() => ({ age: ageOf(pulseFile), pulse: decodePulse(Deno.readTextFileSync(pulseFile)) }));
  return { owner, started, now: Date.now(), ...seen };
}

/** Seconds since the file was written. */
function ageOf(file: string): number {
  return (Date.now() - Deno.statSync(file).mtime!.getTime()) / 1000;
}

/** Files of a director that stops at this moment are gone between two looks. */
function unlessMissing<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function tableEvidence(socket: string, timeout?: number): Promise<TableEvidence> {
  try {
    const { virtuals } = await askOnce(socket, "status", {}, timeout === undefined ? undefined : timeout * 1000);
    const missing = virtuals.filter(({ kernel, drift }) => kernel === null && drift !== null);
    const troubled = virtuals.find(({ announce }) => announce && announce.trouble !== null);
    return {
      missing: missing.map(({ virtual }) => virtual),
      ...troubled?.announce ? { unannounced: announceText(troubled.announce) } : {},
    };
  } catch (error) {
    // That depends on the user who asks, and says nothing about the director.
    if (error instanceof Forbidden) throw error;
    return { missing: [], trouble: (error as Error).message };
  }
}

function exitStatus(state: PluginState): ExitStatus {
  return PLUGIN_STATES.indexOf(state);
}
