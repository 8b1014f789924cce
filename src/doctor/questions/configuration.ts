/**
 * Whether the configuration has problems, and which users may read it.
 */

import type { Facts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** Whether the configuration can be started, and keeps its secrets. */
export function configuration({ configuration }: Facts): readonly Finding[] {
  if (!configuration) return [];
  const { file, problems, everybodyReads } = configuration;
  const findings: Finding[] = [];
  if (problems.error > 0) {
    findings.push({
      level: "problem",
      what: `${file} has ${
        counted(problems.error, "error")
      }: it cannot be started, and nothing more is known of it here`,
      commands: [`ldirectord check ${file}`],
    });
  } else if (problems.warning > 0) {
    findings.push({
      level: "advice",
      what: `${file} has ${counted(problems.warning, "warning")}`,
      commands: [`ldirectord check ${file}`],
    });
  } else findings.push(ok(`${file} has no errors`));
  for (const path of everybodyReads) {
    findings.push({
      level: "problem",
      what: `${path} holds passwords or tokens, and everybody may read it`,
      commands: [`chmod 600 ${path}`],
    });
  }
  return findings;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}
