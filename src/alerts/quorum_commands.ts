import type { VirtualKey } from "../model/table.ts";
import type { VirtualService } from "../model/virtual_service.ts";
import { type CommandLimits, OrderedCommands } from "./ordered_commands.ts";
import { virtualArguments } from "./virtual_arguments.ts";

const LIMITS: CommandLimits = { usual: 60, last: 10 };

/** Whether a virtual service has its quorum. */
export type QuorumState = "up" | "down";

/** What a program was called with last. */
interface Told {
  readonly virtual: VirtualService;
  readonly is: QuorumState;
}

/**
 * Calls the `quorumcommand` of virtual services: `up` or `down`, `vserver:vport` and the protocol. It hears of the state
 * that is found first and of each change, and of `down` before the virtual service is purged. For one virtual service
 * calls never overlap and keep their order.
 */
export class QuorumCommands {
  readonly #commands: OrderedCommands;
  readonly #told = new Map<VirtualKey, Told>();
  /** Virtual services that are about to be purged: their programs are not called any more. */
  #withdrawn: ReadonlySet<VirtualKey> = new Set();

  /** @param report hears of calls that failed. */
  constructor(report: (reason: string) => void, limits = LIMITS) {
    this.#commands = new OrderedCommands(report, limits);
  }

  /** A virtual service has its quorum, or has not. Calls its program, unless it was called with the same before. */
  change(virtual: VirtualService, is: QuorumState, env: () => Readonly<Record<string, string>>): void {
    const told = this.#told.get(virtual.key);
    if (this.#withdrawn.has(virtual.key) || !virtual.quorumCommand) return;
    if (told?.is === is && sameArgv(told.virtual.quorumCommand, virtual.quorumCommand)) return;
    this.#told.set(virtual.key, { virtual, is });
    this.#commands.call(virtual.key, argvOf(virtual.quorumCommand, virtual, is), env());
  }

  /**
   * Calls with `down` wherever `up` came last, and waits for all calls to end, but not for long. Until {@link release} the
   * programs of these virtual services are not called any more.
   *
   * @returns those with a program that was called.
   */
  async withdraw(
    virtuals: readonly VirtualService[],
    env: (virtual: VirtualService) => Readonly<Record<string, string>>,
  ): Promise<readonly VirtualService[]> {
    this.#withdrawn = new Set(virtuals.map(({ key }) => key));
    const told = virtuals.filter(({ key }) => this.#told.get(key)?.is === "up");
    if (told.length === 0) return [];
    await this.#commands.end((call) => {
      for (const { key } of told) {
        const { virtual } = this.#told.get(key)!;
        this.#told.set(key, { virtual, is: "down" });
        call(key, argvOf(virtual.quorumCommand ?? [], virtual, "down"), env(virtual));
      }
    });
    return told;
  }

  /** What was to be purged has been, or will not be. Forgets what virtual services were told that are no longer there. */
  release(virtuals: ReadonlyMap<VirtualKey, VirtualService>): void {
    this.#withdrawn = new Set();
    for (const key of this.#told.keys()) if (!virtuals.get(key)?.quorumCommand) this.#told.delete(key);
  }
}

function argvOf(command: readonly string[], virtual: VirtualService, is: QuorumState): readonly string[] {
  return [...command, ...virtualArguments(is, virtual)];
}

function sameArgv(one: readonly string[] | undefined, other: readonly string[]): boolean {
  return one?.length === other.length && one.every((word, i) => word === other[i]);
}
