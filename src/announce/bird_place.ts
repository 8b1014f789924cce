import { familyOf, type IpAddress } from "../model/address.ts";
import type { AnnouncePlace, PlaceOutcome } from "../model/announcement.ts";
import { harmless } from "../model/harmless_text.ts";
import { runProgram } from "../system/program.ts";
import type { Place, PlaceOrder } from "./place.ts";

/** Milliseconds that BIRD gets to answer. */
const PATIENCE = 5_000;

/** Milliseconds between looks at whether BIRD is there, while nothing is to be changed. */
const LOOK = 5_000;

/** What BIRD answers to `configure` when it goes by the new files, or is about to (BIRD 2, doc/reply_codes). */
const CONFIGURED = /^000[345][ -]/;

/** Runs `birdc` with these arguments, and returns its last line. @throws {Error} that tells why there is no answer. */
export type Birdc = (argv: readonly string[]) => Promise<string>;

/** A file of routes that BIRD's configuration includes; BIRD reads it again when it has changed. */
export class BirdPlace implements Place {
  readonly #path: string;
  readonly #birdc: readonly string[];
  readonly #run: Birdc;
  /** What BIRD has taken, by its own word; absent = not known. */
  #taken: { readonly text: string; readonly addresses: ReadonlySet<IpAddress> } | undefined;
  #lookedAt = -Infinity;
  #isAnswering = false;

  constructor({ path, socket }: Extract<AnnouncePlace, { kind: "birdfile" }>, run: Birdc = runBirdc) {
    this.#path = path;
    this.#birdc = ["birdc", "-v", ...socket === undefined ? [] : ["-s", socket]];
    this.#run = run;
  }

  async bring({ announce, leave }: PlaceOrder): Promise<PlaceOutcome> {
    try {
      const before = readRoutes(this.#path);
      const addresses = new Set([...announce, ...[...leave].filter((address) => before.addresses.has(address))]);
      const text = routesText(addresses, protocolName(this.#path));
      if (before.text !== text) replace(this.#path, text);
      if (this.#taken?.text !== text) await this.#configure(text, addresses);
      else await this.#look();
      return { announced: addresses, added: [...addresses].filter((address) => !before.addresses.has(address)) };
    } catch (error) {
      if (!(error instanceof BirdTrouble)) throw error;
      return { announced: this.#taken?.addresses ?? new Set(), added: [], trouble: error.message };
    }
  }

  async #configure(text: string, addresses: ReadonlySet<IpAddress>): Promise<void> {
    const said = await this.#ask("configure");
    if (!CONFIGURED.test(said)) {
      throw new BirdTrouble(`BIRD refuses its configuration: ${said.replace(/^\d+[ -]/, "")}`);
    }
    this.#taken = { text, addresses };
  }

  /** One that has ended announces nothing, and reads the file by itself when it is started again. */
  async #look(): Promise<void> {
    if (this.#isAnswering && performance.now() - this.#lookedAt < LOOK) return;
    await this.#ask("show", "status");
  }

  async #ask(...words: readonly string[]): Promise<string> {
    this.#lookedAt = performance.now();
    this.#isAnswering = false;
    try {
      const said = await this.#run([...this.#birdc, ...words]);
      this.#isAnswering = true;
      return said;
    } catch (error) {
      this.#taken = undefined;
      throw new BirdTrouble(`BIRD does not answer: ${(error as Error).message}`);
    }
  }
}

/** The file or BIRD is not as it should be; the message is for an operator. */
class BirdTrouble extends Error {
  override readonly name = "BirdTrouble";
}

/** The name of the protocols in BIRD's configuration, without the family: the file's, as BIRD's names may be. */
function protocolName(path: string): string {
  const stem = path.slice(path.lastIndexOf("/") + 1).replace(/\..*$/, "").replaceAll(/\W/g, "_");
  return /^[a-z]/i.test(stem) ? stem : `ldirectord_${stem}`;
}

/** What stands in the file: nothing where there is none. */
function readRoutes(path: string): { readonly text: string; readonly addresses: ReadonlySet<IpAddress> } {
  let text = "";
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) {
      throw new BirdTrouble(`${path} cannot be read: ${(error as Error).message}`);
    }
  }
  const routes = text.matchAll(/^ *route ([\d.:a-f]+)\/\d+ /gm);
  return { text, addresses: new Set(Array.from(routes, ([, address]) => address as IpAddress)) };
}

/** BIRD never sees half of it. @throws {BirdTrouble} */
function replace(path: string, text: string): void {
  const next = `${path}.new`;
  try {
    Deno.writeTextFileSync(next, text, { mode: 0o644 });
    Deno.renameSync(next, path);
  } catch (error) {
    throw new BirdTrouble(`${path} cannot be written: ${(error as Error).message}`);
  }
}

/** Returns the file for BIRD: a static protocol for each family. */
function routesText(addresses: Iterable<IpAddress>, name: string): string {
  const sorted = [...addresses].sort();
  const protocol = (family: 4 | 6) => [
    `protocol static ${name}_${family} {`,
    `  ipv${family};`,
    ...sorted.filter((address) => familyOf(address) === family)
      .map((address) => `  route ${address}/${family === 4 ? 32 : 128} blackhole;`),
    "}",
  ];
  return [
    "# Written by ldirectord: the addresses of virtual services that have their quorum. Changes made here are lost.",
    ...protocol(4),
    ...protocol(6),
    "",
  ].join("\n");
}

async function runBirdc(argv: readonly string[]): Promise<string> {
  const limit = AbortSignal.timeout(PATIENCE);
  const { status, lastLine } = await runProgram(argv, limit).catch((error) => {
    throw new Error(`${argv[0]} cannot be started: ${error.message}`);
  });
  if (limit.aborted) throw new Error(`no answer within ${PATIENCE / 1000} s`);
  if (status !== 0) throw new Error(harmless(lastLine) || `${argv[0]} ended with status ${status}`);
  return harmless(lastLine);
}
