import { Errno, SystemError } from "../../system/libc/errors.ts";
import { close } from "../../system/libc/files.ts";
import { bind, connect, recv, send, setSocketOption, SOCK_RAW, socket } from "../../system/libc/sockets.ts";
import type { Steps } from "../../model/steps.ts";
import {
  type Attributes,
  attributesOf,
  decodeMessages,
  decodeVerdict,
  MessageWriter,
  type Received,
} from "./message.ts";
import { AF_NETLINK, Control, Flag, MessageType, NETLINK_GENERIC, SocketOption, SOL_NETLINK } from "./numbers.ts";

/** A request, without what every one has. */
export interface Request {
  readonly command: number;
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

/** The table changed while it was listed. */
export class Moved extends Error {
  override readonly name = "Moved";
}

/** Requests in one send(2): their answers, a kilobyte each as the kernel counts, have room in a socket's usual buffer. */
const TOGETHER = 16;

/** More than the kernel puts into one part of a list. */
const BUFFER = 65_536;
const received = new Uint8Array(BUFFER);

/**
 * A conversation with one family of generic netlink, over a socket of its own: no answer to another's question can come.
 *
 * Nothing is waited for: the kernel carries out a request within send(2), so that its answer is there at the next recv(2).
 */
export class GenericSocket {
  readonly #fd: number;
  readonly #writer = new MessageWriter();
  #family: number = Control.FAMILY;
  #sequence = 0;

  private constructor(fd: number) {
    this.#fd = fd;
  }

  /** @throws {SystemError} when there is no such socket to be had. */
  static open(): GenericSocket {
    const fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_GENERIC);
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
    return new GenericSocket(fd);
  }

  /** Ends the conversation. */
  close(): void {
    close(this.#fd);
  }

  /**
   * Speaks to the family of that name from now on. Returns whether the kernel has it.
   *
   * @throws {NoAnswer}
   */
  join(name: string): boolean {
    this.#family = Control.FAMILY;
    let family: number | undefined;
    const { FAMILY_ID, FAMILY_NAME, GET_FAMILY } = Control;
    const request = { command: GET_FAMILY, write: (attributes: MessageWriter) => attributes.text(FAMILY_NAME, name) };
    const { error } = this.#ask(request, (attributes) => family = attributes.uint16(FAMILY_ID));
    if (family === undefined && error === 0) throw new NoAnswer();
    this.#family = family ?? Control.FAMILY;
    return family !== undefined;
  }

  /**
   * Makes the requests in their order; each is carried out whatever becomes of the others. Returns a verdict for each;
   * `undefined` where none came, so that it is not known.
   */
  *request(requests: readonly Request[]): Steps<readonly (Verdict | undefined)[]> {
    const verdicts: (Verdict | undefined)[] = [];
    for (let from = 0; from < requests.length; from += TOGETHER) {
      const some = requests.slice(from, from + TOGETHER);
      verdicts.push(...this.#together(some));
      yield;
    }
    return verdicts;
  }

  #together(requests: readonly Request[]): readonly (Verdict | undefined)[] {
    const first = this.#sequence + 1;
    for (const request of requests) {
      this.#sequence++;
      this.#write(request, Flag.ACK);
    }
    const verdicts = new Array<Verdict | undefined>(requests.length).fill(undefined);
    if (!this.#send()) return verdicts;
    try {
      for (let missing = requests.length; missing > 0;) {
        for (const message of this.#receive()) {
          const at = message.sequence - first;
          if (message.type !== MessageType.ERROR || !(at in verdicts) || verdicts[at]) continue;
          verdicts[at] = decodeVerdict(message);
          missing--;
        }
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
    }
    return verdicts;
  }

  /**
   * Asks for one thing, and gives its attributes, which hold until the next answer.
   *
   * @throws {NoAnswer}
   */
  get(request: Request, take: (attributes: Attributes) => void): void {
    if (this.#ask(request, take).error < 0) throw new NoAnswer();
  }

  #ask(request: Request, take: (attributes: Attributes) => void): Verdict {
    this.#sequence++;
    this.#write(request, Flag.ACK);
    if (!this.#send()) throw new NoAnswer();
    for (;;) {
      for (const message of this.#receive()) {
        if (message.sequence !== this.#sequence) continue;
        if (message.type === MessageType.ERROR) return decodeVerdict(message);
        take(attributesOf(message.body));
      }
    }
  }

  /**
   * Asks for all there is of a kind, and gives each as it comes.
   *
   * @throws {NoAnswer}
   * @throws {Moved}
   */
  *list(request: Request, take: (attributes: Attributes) => void): Steps<void> {
    this.#sequence++;
    this.#write(request, Flag.DUMP);
    if (!this.#send()) throw new NoAnswer();
    let hasMoved = false;
    for (let isDone = false; !isDone;) {
      for (const message of this.#receive()) {
        if (message.sequence !== this.#sequence) continue;
        hasMoved ||= (message.flags & Flag.DUMP_INTR) !== 0;
        isDone = message.type === MessageType.DONE || message.type === MessageType.ERROR;
        if (!isDone) take(attributesOf(message.body));
        else if (decodeVerdict(message).error < 0) throw new NoAnswer();
      }
      yield;
    }
    if (hasMoved) throw new Moved();
  }

  #write({ command, write }: Request, flags: number): void {
    const head = { type: this.#family, flags: Flag.REQUEST | flags, sequence: this.#sequence, command };
    this.#writer.message(head, write);
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
