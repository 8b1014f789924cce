import { Errno, SystemError } from "../system/libc/errors.ts";
import { close } from "../system/libc/files.ts";
import { bind, connect, recv, send, setSocketOption, SOCK_RAW, socket } from "../system/libc/sockets.ts";
import type { Steps } from "../model/steps.ts";
import { decodeMessages, decodeVerdict, MessageWriter, type Received, type Span } from "./message.ts";
import { AF_NETLINK, Flag, MessageType, SocketOption, SOL_NETLINK } from "./numbers.ts";

/** A request, without what every one has. */
export interface Message {
  readonly type: number;
  /** Beside those that every request has. */
  readonly flags?: number;
  /** The header of its family, a multiple of four bytes. */
  readonly header: Uint8Array;
  write(attributes: MessageWriter): void;
}

/** What became of a request: 0, or the negated error number, perhaps with the kernel's own words. */
export interface Verdict {
  readonly error: number;
  readonly words?: string;
}

/** The kernel gave no answer where it had to give one, or part of it is lost: then it is not known what was done. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
}

/** What was listed changed meanwhile. */
export class Moved extends Error {
  override readonly name = "Moved";
}

/**
 * Messages in one send(2): should the kernel refuse all of them, its answers, a kilobyte each as it counts, have room in a
 * socket's usual buffer of 208 kB.
 */
const TOGETHER = 64;

/** A request of which nothing was heard, and that was made before one that was answered. */
const TAKEN: Verdict = { error: 0 };

/** More than the kernel puts into one part of a list. */
const BUFFER = 65_536;
const received = new Uint8Array(BUFFER);

/**
 * A conversation with a part of the kernel, over a socket of its own: no answer to another's question can come.
 *
 * Nothing is waited for: the kernel carries out a request within send(2), so that its answer is there at the next recv(2).
 */
export class NetlinkSocket {
  readonly #fd: number;
  readonly #writer = new MessageWriter();
  #sequence = 0;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * @param protocol `NETLINK_…`: which part of the kernel.
   * @throws {SystemError} when there is no such socket to be had.
   */
  static open(protocol: number): NetlinkSocket {
    const fd = socket(AF_NETLINK, SOCK_RAW, protocol);
    if (fd < 0) throw new SystemError("socket", -fd);
    // Connected to the kernel: what other processes send does not come in.
    const kernel = new Uint8Array(12);
    new DataView(kernel.buffer).setUint16(0, AF_NETLINK, true);
    const failure = bind(fd, kernel) || connect(fd, kernel);
    if (failure < 0) {
      close(fd);
      throw new SystemError("connect", -failure);
    }
    // Kernels before 4.12 know neither; they give numbers alone.
    for (const option of Object.values(SocketOption)) {
      setSocketOption(fd, SOL_NETLINK, option, Uint8Array.of(1, 0, 0, 0));
    }
    return new NetlinkSocket(fd);
  }

  /** Ends the conversation. */
  close(): void {
    close(this.#fd);
  }

  /**
   * Makes the requests in their order; each is carried out whatever becomes of the others. Returns a verdict for each;
   * `undefined` where none came, so that it is not known.
   */
  *request(requests: readonly Message[]): Steps<readonly (Verdict | undefined)[]> {
    const verdicts: (Verdict | undefined)[] = [];
    for (let from = 0; from < requests.length; from += TOGETHER) {
      const some = requests.slice(from, from + TOGETHER);
      verdicts.push(...this.#together(some));
      yield;
    }
    return verdicts;
  }

  /**
   * An answer to the last request alone is asked for: the kernel speaks unasked where it refuses one, and in their order (Linux,
   * net/netlink/af_netlink.c: netlink_rcv_skb). An answer that is lost makes the next recv(2) fail.
   */
  #together(requests: readonly Message[]): readonly (Verdict | undefined)[] {
    const first = this.#sequence + 1;
    const last = requests.length - 1;
    for (const [i, request] of requests.entries()) {
      this.#sequence++;
      this.#write(request, i === last ? Flag.ACK : 0);
    }
    const verdicts = new Array<Verdict | undefined>(requests.length).fill(undefined);
    if (!this.#send()) return verdicts;
    try {
      while (!verdicts[last]) {
        for (const message of this.#receive()) {
          const at = message.sequence - first;
          if (message.type === MessageType.ERROR && at in verdicts) verdicts[at] ??= decodeVerdict(message);
        }
      }
      return verdicts.map((verdict) => verdict ?? TAKEN);
    } catch (error) {
      if (error instanceof NoAnswer) return verdicts;
      throw error;
    }
  }

  /**
   * Makes one request, and gives what is answered before its verdict: it holds until the next answer.
   *
   * @throws {NoAnswer}
   */
  ask(request: Message, take: (body: Span) => void): Verdict {
    this.#sequence++;
    this.#write(request, Flag.ACK);
    if (!this.#send()) throw new NoAnswer();
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== this.#sequence) continue;
        if (message.type === MessageType.ERROR) return decodeVerdict(message);
        take(message.body);
      }
    }
  }

  /**
   * Asks for all there is of a kind, and gives each as it comes.
   *
   * @throws {NoAnswer}
   * @throws {Moved}
   */
  *list(request: Message, take: (body: Span) => void): Steps<void> {
    this.#sequence++;
    this.#write(request, Flag.DUMP);
    if (!this.#send()) throw new NoAnswer();
    let hasMoved = false;
    for (let isDone = false; !isDone;) {
      for (const message of this.#receive()) {
        if (message.sequence !== this.#sequence) continue;
        hasMoved ||= (message.flags & Flag.DUMP_INTR) !== 0;
        isDone = message.type === MessageType.DONE || message.type === MessageType.ERROR;
        if (!isDone) take(message.body);
        else if (decodeVerdict(message).error < 0) throw new NoAnswer();
      }
      yield;
    }
    if (hasMoved) throw new Moved();
  }

  #write({ type, flags = 0, header, write }: Message, kind: number): void {
    this.#writer.message({ type, flags: Flag.REQUEST | flags | kind, sequence: this.#sequence }, header, write);
  }

  #send(): boolean {
    const bytes = this.#writer.end();
    for (;;) {
      const sent = send(this.#fd, bytes);
      if (sent !== -Errno.EINTR) return sent === bytes.length;
    }
  }

  #receive(): Iterable<Received> {
    for (;;) {
      const length = recv(this.#fd, received);
      if (length === -Errno.EINTR) continue;
      if (length <= 0) throw new NoAnswer();
      return decodeMessages(new DataView(received.buffer, 0, length));
    }
  }
}
