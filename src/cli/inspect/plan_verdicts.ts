/**
 * What a plan takes for the health of the real servers: the running daemon's word, that of checks made now, or a guess.
 */

import { askOnce, NobodyThere } from "../../control/client.ts";
import type { RealStatus, Status } from "../../control/status.ts";
import { checksIn } from "../../director/check_users.ts";
import type { Check, CheckKey, CheckResult } from "../../model/check.ts";
import type { DestinationKey, VirtualKey } from "../../model/table.ts";
import { checksOf, type Model, type RealServer } from "../../model/virtual_service.ts";
import type { Instance } from "../base/instance.ts";
import { runRounds } from "./run_rounds.ts";

/** Verdicts and where they are from. */
export interface Verdicts {
  readonly basis: "assumed" | "checked" | "daemon";
  /** The basis as a sentence. */
  readonly said: string;
  readonly of: (check: CheckKey) => CheckResult;
  /** Virtual services that the running daemon keeps and the configuration no longer has. */
  readonly gone: ReadonlySet<string>;
  /** Real servers that it has removed, and that drain. */
  readonly draining: Status["draining"];
}

const UP: CheckResult = { up: true, detail: "assumed" };

/** The guess. */
export const ASSUMED_UP: Verdicts = {
  basis: "assumed",
  said: "Assumed: every real server is up, as there is no daemon to ask. With --check they are asked first.",
  of: () => UP,
  gone: new Set(),
  draining: [],
};

/** Returns the same verdicts with the weight files, which are on this machine, as they are now. */
export async function withWeightFiles(verdicts: Verdicts, model: Model): Promise<Verdicts> {
  const checks = checksIn(model).filter(isWeightFile);
  const rounds = await Promise.all(runRounds(checks));
  const read = new Map(checks.map(({ key }, i) => [key, rounds[i].result]));
  return { ...verdicts, of: (check) => read.get(check) ?? verdicts.of(check) };
}

function isWeightFile({ method }: Check): boolean {
  return method === "weightfile";
}

/** Asks every real server once. */
export async function checkedNow(model: Model): Promise<Omit<Verdicts, "gone" | "draining">> {
  const results = new Map<CheckKey, CheckResult>();
  const checks = checksIn(model);
  const rounds = await Promise.all(runRounds(checks));
  for (const [i, { key }] of checks.entries()) results.set(key, rounds[i].result);
  const passed = [...results.values()].filter(({ up }) => up).length;
  return {
    basis: "checked",
    said: `Every real server was asked once: ${passed} of ${results.size} checks passed.`,
    of: (check) => results.get(check)!,
  };
}

/**
 * The word of the instance's daemon; `undefined` when none runs. What is new to it is assumed to be up.
 *
 * @throws {Error} when it runs and gives no answer: what it would do is not to be guessed.
 */
export async function daemonsVerdicts(instance: Instance, model: Model): Promise<Verdicts | undefined> {
  let status: Status;
  try {
    status = await askOnce(instance.socket, "status", {});
  } catch (error) {
    if (error instanceof NobodyThere) return undefined;
    throw error;
  }
  const known = knownVerdicts(status, model);
  const fresh = checksIn(model).filter((check) => !known.has(check.key) && !isWeightFile(check)).length;
  return {
    basis: "daemon",
    said: `Using the running daemon's results (pid ${status.daemon.pid})` +
      (fresh > 0 ? `; ${fresh} check${fresh === 1 ? "" : "s"} new to it assumed to pass.` : "."),
    of: (check) => known.get(check) ?? UP,
    gone: new Set(status.virtuals.map(({ key }) => key).filter((key) => !model.virtuals.has(key as VirtualKey))),
    draining: status.draining,
  };
}

function knownVerdicts(status: Status, model: Model): ReadonlyMap<CheckKey, CheckResult> {
  const known = new Map<CheckKey, CheckResult>();
  for (const { key, quorum, reals } of status.virtuals) {
    const virtual = model.virtuals.get(key as VirtualKey);
    for (const said of reals) {
      const real = virtual?.reals.get(said.real as DestinationKey);
      // A real server that stands aside for the fallback has weight 0 whatever its check asks for.
      const isAside = quorum?.state === "down" && said.weight.wanted === 0;
      if (real) checksOf(real.policy).forEach((check, i) => noteVerdict(known, check, i, said, real, isAside));
    }
  }
  return known;
}

/** Whether the weight is that of a file, which no check has changed. */
function isByFile({ checks }: RealStatus, { policy }: RealServer): boolean {
  if (!checks.some(({ kind }) => kind === "weightfile")) return false;
  return !checksOf(policy).some(({ method, target }) => method === "agent" || target.dynamicWeight);
}

/** A check that is the same as before keeps its verdict, and with it the weight that the server has been given. */
function noteVerdict(
  known: Map<CheckKey, CheckResult>,
  check: Check,
  place: number,
  said: RealStatus,
  real: RealServer,
  isAside: boolean,
): void {
  const view = said.checks[place];
  const { address, port } = check.target;
  if (!view || view.address !== address || view.port !== port || said.state === "waiting") return;
  const { configured, wanted } = said.weight;
  const weighs = !isAside && place === 0 && said.state === "up" && said.orders.weight === null && wanted !== null &&
    wanted !== configured && configured === real.destination.weight && !isByFile(said, real);
  const weight = weighs ? { absolute: wanted } : undefined;
  const detail = view.said;
  // What cannot be checked stays as it is in the table.
  if (view.trouble !== null) known.set(check.key, { up: false, why: "internal", detail: view.trouble });
  else known.set(check.key, view.up ? { up: true, detail, weight } : { up: false, why: "refused", detail });
}
