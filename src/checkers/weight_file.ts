/**
 * weightfile: a file of this machine says which weight a real server has, in its first line: `20` or `50%`. Where it says
 * none, the configured weight holds: the server is up in any case.
 */

import type { AskedWeight, CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { MOST_WEIGHT } from "../model/table.ts";
import { whyNot } from "./file.ts";
import { firstLineOf } from "./file_look.ts";
import { up } from "./verdict.ts";

/** Reads the weight. */
export async function weightFile({ file = "" }: CheckTarget, run: CheckRun): Promise<CheckResult> {
  run.trace(`* reading ${file}`);
  const without = (why: string) => {
    run.warn(why);
    return up("the configured weight holds");
  };
  try {
    const line = await firstLineOf(file, run.signal);
    if (line === undefined) return without(`the weight file ${file} is not there`);
    run.trace(`< ${line.slice(0, 80) || "(nothing)"}`);
    const weight = weightIn(line);
    if (weight) return up(`${file} says ${line}`, weight);
    const said = line === "" ? "nothing in its first line" : line.slice(0, 80);
    return without(`the weight file ${file} has no weight (0 to ${MOST_WEIGHT}, or 50%): ${said}`);
  } catch (error) {
    if (run.signal.aborted) throw error;
    return without(`cannot read the weight file ${file}: ${whyNot(error)}`);
  }
}

/** The weight that a line means, if any. */
export function weightIn(line: string): AskedWeight | undefined {
  const [, number, percent] = /^(?:(\d{1,5})|(\d{1,3})\s?%)$/.exec(line) ?? [];
  if (percent !== undefined) return { percent: Number(percent) };
  return number !== undefined && Number(number) <= MOST_WEIGHT ? { absolute: Number(number) } : undefined;
}
