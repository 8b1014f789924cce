import type { Steps } from "../../model/steps.ts";
import { type Attributes, attributesOf, type MessageWriter } from "../../netlink/message.ts";
import { type Message, NetlinkSocket, NoAnswer, type Verdict } from "../../netlink/socket.ts";
import { Control, NETLINK_GENERIC } from "./numbers.ts";

/** Bytes of `struct genlmsghdr`, which has the command and the version of the family's language. */
const HEADER = 4;
const VERSION = 1;

/** A request, without what every one has. */
export interface Request {
  readonly command: number;
  write(attributes: MessageWriter): void;
}

/** A conversation with one family of generic netlink. */
export class GenericSocket {
  readonly #socket: NetlinkSocket;
  #family: number = Control.FAMILY;

  private constructor(socket: NetlinkSocket) {
    this.#socket = socket;
  }

  /** @throws {SystemError} when there is no such socket to be had. */
  static open(): GenericSocket {
    return new GenericSocket(NetlinkSocket.open(NETLINK_GENERIC));
  }

  /** Ends the conversation. */
  close(): void {
    this.#socket.close();
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

  /** {@link NetlinkSocket.request} */
  request(requests: readonly Request[]): Steps<readonly (Verdict | undefined)[]> {
    return this.#socket.request(requests.map((request) => this.#message(request)));
  }

  /**
   * Asks for one thing, and gives its attributes, which hold until the next answer.
   *
   * @throws {NoAnswer}
   */
  get(request: Request, take: (attributes: Attributes) => void): void {
    if (this.#ask(request, take).error < 0) throw new NoAnswer();
  }

  /**
   * Asks for all there is of a kind, and gives each as it comes.
   *
   * @throws {NoAnswer}
   * @throws {Moved}
   */
  list(request: Request, take: (attributes: Attributes) => void): Steps<void> {
    return this.#socket.list(this.#message(request), (body) => take(attributesOf(body, HEADER)));
  }

  #ask(request: Request, take: (attributes: Attributes) => void): Verdict {
    return this.#socket.ask(this.#message(request), (body) => take(attributesOf(body, HEADER)));
  }

  #message({ command, write }: Request): Message {
    return { type: this.#family, header: Uint8Array.of(command, VERSION, 0, 0), write };
  }
}
