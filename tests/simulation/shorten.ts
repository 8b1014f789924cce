import { play } from "./run.ts";
import type { Scenario } from "./scenario.ts";

/** Returns the scenario with as few happenings as still break a promise. */
export async function shorten(scenario: Scenario): Promise<Scenario> {
  let shortest = scenario;
  for (let i = shortest.happenings.length - 1; i >= 0; i--) {
    const happenings = shortest.happenings.filter((_, at) => at !== i);
    const shorter = { ...shortest, happenings };
    if ((await play(shorter)).violations.length > 0) shortest = shorter;
  }
  return shortest;
}
