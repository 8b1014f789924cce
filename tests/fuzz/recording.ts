/**
 * What real servers have said, as files in replies/.
 */

/** What a server says in one conversation: first by itself, then after each thing that it is sent. */
export type Turns = readonly Uint8Array[];

const FOLDER = new URL("replies/", import.meta.url);

function fileOf(name: string): URL {
  return new URL(`${name.replaceAll(" ", "-")}.json`, FOLDER);
}

/** Reads the recording of a protocol. */
export function readTurns(name: string): Turns {
  const turns: readonly string[] = JSON.parse(Deno.readTextFileSync(fileOf(name)));
  return turns.map((hex) => Uint8Array.fromHex(hex));
}

/** Keeps a recording. */
export function writeTurns(name: string, turns: Turns): void {
  Deno.writeTextFileSync(fileOf(name), `${JSON.stringify(turns.map((turn) => turn.toHex()), undefined, 1)}\n`);
}
