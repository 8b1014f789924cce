import { deepStrictEqual } from "node:assert/strict";
import { deliveringSink, type Delivery } from "../../../src/daemon/log/delivery.ts";
import { pure } from "../../config/fixture.ts";

/** A log daemon that takes so many lines before it must be emptied. */
function place(name: string, taken: string[]): { room: number; readonly deliver: Delivery } {
  const self = {
    room: 0,
    deliver: (_severity: unknown, message: string) => {
      if (self.room === 0) return false;
      self.room--;
      taken.push(`${name}: ${message}`);
      return true;
    },
  };
  return self;
}

pure("a line goes to the first that takes it; of those that none takes it is said how many they were", () => {
  const taken: string[] = [];
  const [journal, stream] = [place("journal", taken), place("stream", taken)];
  const sink = deliveringSink([journal.deliver, stream.deliver], "too slow", () => taken.push("complaint"));
  const write = (message: string) => sink("info", message, {});
  journal.room = 1;
  stream.room = 1;
  for (const word of ["one", "two", "three", "four"]) write(word);
  journal.room = 1;
  write("five");
  stream.room = 3;
  write("six");
  write("seven");
  deepStrictEqual(taken, [
    "journal: one",
    "stream: two",
    "complaint",
    "journal: 2 lines dropped: too slow",
    "complaint",
    "stream: 1 lines dropped: too slow",
    "stream: six",
    "stream: seven",
  ]);
});
