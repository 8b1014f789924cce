import { harmless } from "../model/harmless_text.ts";
/**
 * The language of the control socket: one JSON request a line, one JSON answer a line, in their order.
 * docs/control-socket.md is its manual.
 */

/** The version of the language. A change that would surprise a client makes it 2. */
export const PROTOCOL_VERSION = 1;

/** Bytes that a request may have, its newline included. */
export const MAX_REQUEST = 65_536;

/** Why a request was not done. */
export type ErrorCode =
  /** The line is no JSON object with a request in it, or too long. */
  | "malformed"
  /** The request is of another version of the language. */
  | "unsupported-version"
  | "unknown-request"
  /** The request lacks an argument, or one is invalid. */
  | "bad-argument"
  /** Understood, and not possible now; the message says why. */
  | "refused"
  /** Too many clients. */
  | "busy"
  /** A bug of ours; the daemon's log has it. */
  | "internal";

/** A request that was not done. The message is for an operator. */
export class RequestError extends Error {
  constructor(readonly code: ErrorCode, message: string) {
    super(message);
  }
}

/** What stands beside the name in a request: not looked at yet. */
export type Arguments = Readonly<Record<string, unknown>>;

/** A request as a line without its newline. */
export function encodeRequest(name: string, argumentsOf: Arguments): string {
  return JSON.stringify({ version: PROTOCOL_VERSION, request: name, ...argumentsOf });
}

/** The inverse of {@link encodeRequest}. Throws a {@link RequestError}. */
export function decodeRequest(line: string): { readonly name: string; readonly argumentsOf: Arguments } {
  const message = parseObject(line);
  if (!message) throw new RequestError("malformed", 'not a JSON object; write {"version":1,"request":"status"}');
  const { version, request, ...argumentsOf } = message;
  if (version !== PROTOCOL_VERSION) {
    const said = version === undefined ? "no version given" : `version ${JSON.stringify(version)} is not spoken here`;
    throw new RequestError("unsupported-version", `${said}; write "version":${PROTOCOL_VERSION}`);
  }
  if (typeof request !== "string") throw new RequestError("malformed", '"request" is not a string');
  return { name: request, argumentsOf };
}

/** A long result that is encoded already: JSON without a newline, in pieces of UTF-8. */
export class EncodedResult {
  constructor(readonly pieces: readonly Uint8Array<ArrayBuffer>[]) {}
}

/** The answer to a request that was done, as a line without its newline, in pieces of UTF-8. */
export function encodeResult(result: unknown): readonly Uint8Array<ArrayBuffer>[] {
  const utf8 = (text: string) => new TextEncoder().encode(text);
  const [before, after] = [utf8(`{"version":${PROTOCOL_VERSION},"result":`), utf8("}")];
  const pieces = result instanceof EncodedResult ? result.pieces : [utf8(JSON.stringify(result ?? null))];
  return [before, ...pieces, after];
}

/** The answer to a request that was not done, as {@link encodeResult} gives it. */
export function encodeError({ code, message }: RequestError): readonly Uint8Array<ArrayBuffer>[] {
  const answer = { version: PROTOCOL_VERSION, error: { code, message: harmless(message) } };
  return [new TextEncoder().encode(JSON.stringify(answer))];
}

/** The result in an answer. Throws the {@link RequestError} that it carries, or one about an answer that is none. */
export function decodeAnswer(line: string): unknown {
  const message = parseObject(line);
  const error = message?.error as { readonly code: ErrorCode; readonly message: string } | undefined;
  if (error) throw new RequestError(error.code, String(error.message));
  if (message?.version !== PROTOCOL_VERSION || !("result" in message)) {
    throw new RequestError("malformed", "the daemon's answer is not understood: is it of another version?");
  }
  return message.result;
}

function parseObject(line: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
