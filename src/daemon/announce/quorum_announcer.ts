import { noticeEnvironment, type Told } from "../../alerts/notice.ts";
import { QuorumCommands } from "../../alerts/quorum_commands.ts";
import type { DirectorEvent } from "../../director/events.ts";
import { quorumFigures } from "../../director/quorum.ts";
import type { Health } from "../../director/real_health.ts";
import type { Model, VirtualService } from "../../model/virtual_service.ts";
import { pause } from "../../system/pause.ts";
import type { Announcer } from "./announcer.ts";
import { circumstancesOf } from "../log/circumstances.ts";
import { logLine } from "../log/event_log.ts";
import { figuresOf } from "../../director/quorum_words.ts";

/** What an announcer needs. */
export interface QuorumPorts {
  /** Announces the addresses of virtual services. */
  readonly addresses: Announcer;
  /** The name of this host. */
  readonly host: string;
  /** Hears of calls that failed, one line each. */
  onTrouble(text: string): void;
  /** The configuration in force. */
  model(): Model;
  /** The health of everything, as it is now. */
  health(): Health;
  /** Whether this director keeps the table. A standby announces nothing. */
  onDuty(): boolean;
}

const PURGED = "it is about to be purged";

type QuorumEvent = Extract<DirectorEvent, { type: "quorum" }>;

/** Tells the world outside which virtual services have their quorum, and first of all which are about to be purged. */
export class QuorumAnnouncer {
  readonly #ports: QuorumPorts;
  readonly #commands: QuorumCommands;
  /** Whether the first table is in the kernel: clients that are sent here before would be refused. */
  #isReady = false;
  #isOver = false;

  constructor(ports: QuorumPorts) {
    this.#ports = ports;
    this.#commands = new QuorumCommands((reason) => ports.onTrouble(`quorumcommand: ${reason}`));
  }

  /** Takes one event of the director. */
  take(event: DirectorEvent): void {
    if (event.type === "quorum" || event.type === "fail-open") void this.#ports.addresses.look();
    if (event.type === "quorum" && this.#ports.onDuty() && this.#isReady && !this.#isOver) this.#tell(event);
  }

  /**
   * Virtual services are about to be purged, by a stop, a deactivation or a reload: withdraws their addresses, tells that
   * they are down, and waits for their `withdrawdelay`. Until {@link release} nothing more is reported of them.
   *
   * @param signal ends the wait.
   * @param reason what programs are given as the reason.
   */
  async withdraw(virtuals: readonly VirtualService[], signal?: AbortSignal, reason = PURGED): Promise<void> {
    const { addresses } = this.#ports;
    const [told, withdrawn] = await Promise.all([
      this.#commands.withdraw(virtuals, (virtual) => {
        const text = `Virtual server ${virtual.label} is down: ${reason}`;
        return this.#environment(virtual, { was: "up", is: "down", reason, text });
      }),
      this.#isOver ? addresses.end(virtuals) : addresses.withdraw(virtuals),
    ]);
    await pause(Math.max(0, ...[...told, ...withdrawn].map(({ withdrawDelay }) => withdrawDelay)) * 1000, signal);
  }

  /** The same before a stop: nothing more is announced from then on. */
  end(virtuals: readonly VirtualService[]): Promise<void> {
    this.#isOver = true;
    return this.withdraw(virtuals);
  }

  /** What was to be purged has been, or will not be: programs that were called with another state, or not yet, are called. */
  release(): void {
    const { virtuals } = this.#ports.model();
    if (this.#isOver) return;
    this.#isReady = true;
    this.#ports.addresses.release();
    this.#commands.release(virtuals);
    if (!this.#ports.onDuty()) return;
    for (const [key, health] of this.#ports.health()) {
      const virtual = virtuals.get(key);
      const is = health.service;
      if (!virtual?.quorumCommand || is === "unknown") continue;
      this.#tell({ type: "quorum", virtual, was: "unknown", is, quorum: quorumFigures(virtual, health) });
    }
  }

  #tell(event: QuorumEvent): void {
    const { virtual, was, is, quorum } = event;
    const reason = figuresOf(quorum);
    this.#commands.change(
      virtual,
      is,
      () => this.#environment(virtual, { was, is, reason, text: logLine(event).text }),
    );
  }

  #environment(
    virtual: VirtualService,
    facts: Pick<Told, "was" | "is" | "reason" | "text">,
  ): Readonly<Record<string, string>> {
    const { model, health, host } = this.#ports;
    const own = health().get(virtual.key);
    const { serving, needed } = own ? quorumFigures(virtual, own) : { serving: 0, needed: virtual.quorum };
    const circumstances = circumstancesOf(model(), health(), virtual);
    return {
      ...noticeEnvironment({ ...facts, virtual, time: new Date(), circumstances }, host),
      LDIRECTORD_SERVING_WEIGHT: String(serving),
      LDIRECTORD_NEEDED_WEIGHT: String(needed),
    };
  }
}
