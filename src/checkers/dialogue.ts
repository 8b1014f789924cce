/**
 * dialogue and dialogues: the lines of the configuration are gone through, each `send` and each `expect` in its turn.
 */

import type { CheckResult, CheckRun, CheckTarget } from "../model/check.ts";
import { type DialogueStep, type Expectation, textsSent } from "../model/dialogue.ts";
import { SHORTEST_MASKED } from "../model/secret.ts";
import { ByteReader } from "../wire/transport/byte_reader.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { exchange } from "../wire/transport/datagram_exchange.ts";
import { asUtf8, decodeLatin1, encodeLatin1 } from "../wire/transport/latin1.ts";
import { ProtocolError } from "../wire/transport/protocol_error.ts";
import type { UdpSocket } from "../wire/transport/udp.ts";
import { openTcp, openTls, openUdp } from "./open.ts";
import { down, matches, up } from "./verdict.ts";

/** Bytes that a server may say after a `send`. All of them are searched again with each piece that comes. */
const MAX_ANSWER = 64 * 1024;
/** Pieces that they may come in. */
const MAX_PIECES = 1000;
/** Characters of an answer that are looked at for what is to be shown. */
const MAX_LOOKED_AT = 4096;
/** Characters of an answer, or of its hexadecimal digits, that a verdict shows. */
const MAX_SHOWN = 80;

/** Over the virtual service's protocol. */
export async function dialogue(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(
    target.transport === "udp" ? overUdp(target, run) : overStream(await openTcp(target, run)),
    target,
    run,
  );
}

/** Over TLS. */
export async function dialogues(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return await converse(overStream(await openTls(target, run)), target, run);
}

/** What a dialogue goes over. Texts have one character a byte. */
interface Channel {
  send(text: string): Promise<void>;
  /** The next piece of an answer; `undefined` when the server has closed. */
  hear(): Promise<string | undefined>;
  /** Sends what is still to be sent. */
  finish(): void;
  close(): void;
}

function overStream(stream: ByteStream): Channel {
  const reader = new ByteReader(stream);
  return {
    send: (text) => stream.write(encodeLatin1(text)),
    async hear() {
      const piece = await reader.some(MAX_ANSWER);
      return piece && decodeLatin1(piece);
    },
    finish() {},
    close: () => stream.close(),
  };
}

/** Each `send` is a datagram, which is repeated until an answer comes: UDP may lose it. */
function overUdp(target: CheckTarget, run: CheckRun): Channel {
  const socket: UdpSocket = openUdp(target, run);
  let unanswered: Uint8Array<ArrayBuffer> | undefined;
  const finish = () => {
    if (unanswered) socket.send(unanswered);
    unanswered = undefined;
  };
  return {
    send(text) {
      finish();
      unanswered = encodeLatin1(text);
      return Promise.resolve();
    },
    async hear() {
      if (!unanswered) return decodeLatin1(await socket.receive());
      const answer = await exchange(socket, unanswered, (datagram) => datagram);
      unanswered = undefined;
      return decodeLatin1(answer);
    },
    finish,
    close: () => socket.close(),
  };
}

async function converse(channel: Channel, { dialogue = [] }: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const counted = numbered(dialogue);
  const server = new Server(channel, run, textsSent(dialogue).filter(({ length }) => length >= SHORTEST_MASKED));
  try {
    for (const { step, name } of counted) {
      if ("send" in step) {
        const bytes = step.send.reveal();
        run.trace(`> ${name}: ${bytes.length} bytes`);
        await server.tell(bytes);
      } else {
        const failure = await server.answerTo(name, step);
        if (failure) return failure;
      }
    }
    channel.finish();
    return up(`as expected (${counted.length} line${counted.length === 1 ? "" : "s"})`);
  } finally {
    channel.close();
  }
}

/** Each step with its name: `send 1 of 2`, `expect 2 of 3`. */
function numbered(steps: readonly DialogueStep[]): readonly { readonly step: DialogueStep; readonly name: string }[] {
  const kindOf = (step: DialogueStep) => "send" in step ? "send" : "expect";
  const sends = steps.filter((step) => kindOf(step) === "send").length;
  const all = { send: sends, expect: steps.length - sends };
  const seen = { send: 0, expect: 0 };
  return steps.map((step) => {
    const kind = kindOf(step);
    return { step, name: `${kind} ${++seen[kind]} of ${all[kind]}` };
  });
}

/** The other side, and what it has sent since our last line. */
class Server {
  readonly #channel: Channel;
  readonly #run: CheckRun;
  readonly #hidden: readonly string[];
  #said = "";
  #pieces = 0;

  /** Of what it says, the texts in `hidden` are not shown. */
  constructor(channel: Channel, run: CheckRun, hidden: readonly string[]) {
    this.#channel = channel;
    this.#run = run;
    this.#hidden = hidden;
  }

  async tell(text: string): Promise<void> {
    [this.#said, this.#pieces] = ["", 0];
    await this.#channel.send(text);
  }

  /** Waits until the server has said what is expected; gives the verdict where it has not. */
  async answerTo(name: string, { expect, isUnwanted, label }: Expectation): Promise<CheckResult | undefined> {
    this.#run.trace(`* ${name}: ${isUnwanted ? "must not match" : "waiting for"} ${label}`);
    for (;;) {
      const said = this.#said;
      if (said !== "") {
        if (await matches(expect, said) !== isUnwanted) return undefined;
        if (isUnwanted) return down("mismatch", `${name}: ${this.#shown(said)} matches ${label}`);
        this.#run.trace(`* ${name}: ${this.#shown(said)} does not match ${label}`);
      }
      if (said.length >= MAX_ANSWER || this.#pieces >= MAX_PIECES) {
        const size = `${said.length} bytes${said.length < MAX_ANSWER ? ` in ${MAX_PIECES} pieces` : ""}`;
        return down("mismatch", `${name}: the first ${size} do not match ${label}: ${this.#shown(said)}`);
      }
      const more = await this.#channel.hear();
      if (more === undefined) {
        if (said === "") throw new ProtocolError(`${name}: the server closed the connection`);
        const text = `${this.#shown(said)} does not match ${label}, and the server closed the connection`;
        return down("mismatch", `${name}: ${text}`);
      }
      this.#run.trace(`< ${this.#shown(more, MAX_SHOWN * 2)}`);
      this.#said = (said + more).slice(0, MAX_ANSWER);
      this.#pieces++;
    }
  }

  /** The beginning of an answer, in which what was sent is masked before it is written in another way. */
  #shown(answer: string, most = MAX_SHOWN): string {
    const beginning = answer.slice(0, MAX_LOOKED_AT);
    return shown(this.#hidden.reduce((text, hidden) => text.replaceAll(hidden, "***"), beginning), most);
  }
}

/** An answer as a text in quotes; in hexadecimal digits where it is none. */
function shown(answer: string, most: number): string {
  const text = asUtf8(answer);
  // deno-lint-ignore no-control-regex
  const isText = !/[\0-\x08\x0e-\x1f\x7f-\x9f]/.test(text);
  const written = isText ? JSON.stringify(text) : `hex:${encodeLatin1(answer.slice(0, most)).toHex()}`;
  return written.length > most ? `${written.slice(0, most)}…` : written;
}
