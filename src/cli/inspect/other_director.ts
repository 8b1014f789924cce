import { whyUnreadable } from "../../config/unreadable.ts";
import { harmlessLine } from "../../model/harmless_text.ts";
import { trustedCertificates } from "../../system/trusted_certificates.ts";
import { UsageError } from "../base/tool.ts";
import type { Compared } from "./status_differences.ts";
import { NoStatus, parseStatus } from "./told_status.ts";

/** Milliseconds for a status page to tell all of a status. */
const PATIENCE = 20_000;

/** Bytes of a status: that of 10,000 real servers has some 10 million on a status page. */
const LONGEST = 256 * 1024 * 1024;

/** Bytes of an answer that is none, of which a reason is made. */
const LONGEST_REFUSAL = 4_096;

/** A file with this name is standard input. */
const STANDARD_INPUT = "-";

/**
 * Returns what another director says of itself.
 *
 * @param word a file with what `status --json` printed, `-` for standard input, or a status page: `HOST:PORT`, or its URL.
 * @throws {UsageError} when the word is neither.
 * @throws {Error} when it cannot be had, with the reason.
 */
export async function otherDirector(word: string): Promise<Compared> {
  const url = pageOf(word);
  const place = harmlessLine(word);
  const where = url ? `at ${place}` : word === STANDARD_INPUT ? "on standard input" : `in ${place}`;
  try {
    const text = url ? await fetched(url) : await fileText(word);
    return { where, status: parseStatus(text) };
  } catch (error) {
    if (!(error instanceof NoStatus)) throw error;
    throw new Error(`no status document ${where}: ${error.message}`);
  }
}

/** The address of the status that a page has; `undefined` for the name of a file. */
function pageOf(word: string): URL | undefined {
  if (word === STANDARD_INPUT || isThere(word)) return undefined;
  const url = URL.parse(/^https?:\/\//.test(word) ? word : /^[^/\s]+:\d+$/.test(word) ? `http://${word}` : "");
  if (url) return url.pathname === "/" ? new URL("/status.json", url) : url;
  if (word.includes("/")) return undefined;
  throw new UsageError(`'${word}' is neither a file nor HOST:PORT of a status page`);
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

async function fileText(path: string): Promise<string> {
  if (path === STANDARD_INPUT) return await boundedText(Deno.stdin.readable, LONGEST);
  try {
    const { readable } = await Deno.open(path);
    return await boundedText(readable, LONGEST);
  } catch (error) {
    throw new Error(`cannot read ${harmlessLine(path)}: ${whyUnreadable(error)}`);
  }
}

/** A status page that redirects is none of ours. */
async function fetched(url: URL): Promise<string> {
  const authorities = trustedCertificates();
  const client = Deno.createHttpClient({ caCerts: authorities === undefined ? [] : [authorities] });
  const signal = AbortSignal.timeout(PATIENCE);
  try {
    const response = await fetch(url, { client, signal, redirect: "error" });
    if (response.ok) return await boundedText(response.body, LONGEST);
    const said = await boundedText(response.body, LONGEST_REFUSAL).catch(() => "");
    throw new Error(`${response.status} ${response.statusText} ${said}`);
  } catch (error) {
    const why = signal.aborted ? `no answer within ${PATIENCE / 1000} s` : innermost(error as Error).message;
    throw new Error(`cannot ask ${url.origin}: ${harmlessLine(why.trim())}`);
  } finally {
    client.close();
  }
}

/** `fetch` wraps what went wrong; the innermost error says it. */
function innermost(error: Error): Error {
  return error.cause instanceof Error ? innermost(error.cause) : error;
}

/** @throws {Error} when there is more than so many bytes. */
async function boundedText(stream: ReadableStream<Uint8Array> | null, limit: number): Promise<string> {
  const decoder = new TextDecoder();
  let [text, length] = ["", 0];
  for await (const bytes of stream ?? []) {
    length += bytes.length;
    if (length > limit) throw new Error(`more than ${limit} bytes`);
    text += decoder.decode(bytes, { stream: true });
  }
  return text + decoder.decode();
}
