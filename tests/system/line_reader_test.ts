import { deepStrictEqual, rejects } from "node:assert/strict";
import { boundedLines, LineTooLong } from "../../src/system/line_reader.ts";

const read = async (pieces: readonly string[], limit: number) =>
  await Array.fromAsync(
    boundedLines(ReadableStream.from(pieces.map((piece) => new TextEncoder().encode(piece))), limit),
  );

Deno.test("lines are cut wherever their pieces end, and what has no end is none", async () => {
  deepStrictEqual(await read(["on", "e\ntwo\n\nthr", "ee\nfo", "ur"], 6), ["one", "two", "", "three"]);
});

Deno.test("a line may be as long as the limit, its newline included, and no longer", async () => {
  deepStrictEqual(await read(["12345\n"], 6), ["12345"]);
  await rejects(read(["123456\n"], 6), LineTooLong);
  await rejects(read(["123", "4567"], 6), LineTooLong);
});
