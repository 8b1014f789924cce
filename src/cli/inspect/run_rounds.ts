import { descriptorsOf } from "../../checkers/descriptors.ts";
import { MAX_LOOKED_AT, type Round, runRound } from "../../checkers/run.ts";
import type { Check } from "../../model/check.ts";
import { Turns } from "../../model/turns.ts";
import { countOpenFiles } from "../../system/open_files.ts";
import { openFileLimit, setOpenFileLimit } from "../../system/libc/limits.ts";

/** Descriptors of rounds that are made at the same time, however many there are. */
const MOST_AT_ONCE = 200;

/** Descriptors that a command needs beside its rounds. */
const OWN_NEEDS = 16;

/** Makes one round of each check, by its own method; the rounds come in the order of the checks. */
export function runRounds(checks: readonly Check[]): readonly Promise<Round>[] {
  setOpenFileLimit();
  const free = openFileLimit() - countOpenFiles() - OWN_NEEDS;
  const turns = new Turns(Math.min(Math.max(free, 1), MOST_AT_ONCE));
  return checks.map((check) =>
    new Promise((resolve) =>
      turns.take(descriptorsOf(check, check.method), (taken) => {
        resolve(runRound(check, check.method, () => turns.give(taken), MAX_LOOKED_AT));
      })
    )
  );
}
