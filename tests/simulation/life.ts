import { Director } from "../../src/director/director.ts";
import type { DirectorEvent } from "../../src/director/events.ts";
import { IpvsUnavailable } from "../../src/ipvs/driver.ts";
import { sketchModel, type VirtualSketch } from "../director/fixture.ts";
import type { OnChange } from "./faulty_table.ts";
import { KNOWN } from "./times.ts";
import type { World } from "./world.ts";

/** Milliseconds until what failed, as there was no table, is tried again. */
const TRY_AGAIN = 2_000;

/** What is reported of a director's life. */
export interface Witness {
  /** Another director begins. */
  begun(): void;
  hear(event: DirectorEvent): void;
  readonly changed: OnChange;
  /** It has left the table, or has ended. */
  left(): void;
}

/** What is under way, and since when. */
export interface Pending {
  readonly what: string;
  readonly since: number;
}

/** The life of the director, and of those that come after it when it crashes or is restarted. */
export class Life {
  readonly #world: World;
  readonly #witness: Witness;
  #director: Director;
  #config = 0;
  /** A crash makes another director: what an earlier one still does counts no more. */
  #life = 0;
  #crashes = 0;
  #work: Promise<void> = Promise.resolve();
  #pending: Pending | undefined;
  #isEnding = false;
  #reloadedAt = 0;

  constructor(world: World, witness: Witness) {
    this.#world = world;
    this.#witness = witness;
    this.#director = this.#newDirector(world.scenario.standby);
  }

  /** The one that lives now. */
  get director(): Director {
    return this.#director;
  }

  /** Whether it leaves the table to another one. */
  get isAway(): boolean {
    return this.#director.isStandby;
  }

  /** The configuration in force. */
  get sketches(): readonly VirtualSketch[] {
    return this.#world.scenario.configs[this.#config];
  }

  /** What is under way: a start, a reload and the like. */
  get pending(): Pending | undefined {
    return this.#pending;
  }

  /** Whether it is being stopped for good. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** When the last reload was over. */
  get reloadedAt(): number {
    return this.#reloadedAt;
  }

  /** Which one it is: the number changes at a crash and a restart. */
  get number(): number {
    return this.#life;
  }

  /** Whether it is not to be expected that the director looks after the table in its usual time. */
  get isDisturbed(): boolean {
    const { clock, table } = this.#world;
    return this.isAway || this.#isEnding || this.#pending !== undefined || table.calmFrom > clock.now() - KNOWN;
  }

  /** No longer waits for what is under way. */
  giveUpWaiting(): void {
    this.#pending = undefined;
  }

  start(): void {
    this.#begin("start", () => this.#start());
  }

  /** Without a word: the next one starts at once. */
  crash(): void {
    const { isStandby } = this.#director;
    this.#crashes++;
    this.#leaveAll();
    this.#director = this.#newDirector(isStandby);
    this.#pending = undefined;
    this.#work = Promise.resolve();
    this.start();
  }

  restart(): void {
    this.#begin("restart", () => this.#restart());
  }

  reload(to: number): void {
    this.#begin("reload", () => this.#reload(to));
  }

  activate(): void {
    this.#begin("activate", () => this.#activate());
  }

  deactivate(): void {
    this.#begin("deactivate", async () => {
      const crashes = this.#crashes;
      await this.#director.deactivate();
      if (crashes === this.#crashes) this.#witness.left();
      this.#leaveAll();
    });
  }

  /** For good. */
  async end(): Promise<void> {
    this.#isEnding = true;
    await this.#director.stop();
  }

  #newDirector(standby: boolean): Director {
    const life = ++this.#life;
    const { clock, servers, table, maintained, ordersNow } = this.#world;
    for (const server of servers.values()) server.said = undefined;
    this.#witness.begun();
    const ifAlive = <A extends unknown[]>(call: (...args: A) => void) => (...args: A) => {
      if (this.#life === life) call(...args);
    };
    const dead = () => new Promise<never>(() => {});
    const isAlive = () => this.#life === life;
    const onChange: OnChange = (...change) => this.#witness.changed(...change);
    const director = new Director(sketchModel(...this.sketches), {
      driver: {
        read: () => isAlive() ? table.read() : dead(),
        apply: (plan) => isAlive() ? table.apply(plan, { isAlive, onChange }) : dead(),
      },
      clock: {
        now: () => clock.now(),
        after: (milliseconds, callback) => clock.after(milliseconds, ifAlive(callback)),
      },
      report: ifAlive((event) => this.#witness.hear(event)),
      runRound: (check) => this.#world.round(check),
    }, standby);
    void director.applyOrders(ordersNow);
    director.maintain(new Set(maintained), new Map());
    return director;
  }

  /** Does one thing after the other, as the daemon does. */
  #begin(what: string, work: () => Promise<void>): void {
    const crashes = this.#crashes;
    this.#work = this.#work.then(async () => {
      if (crashes !== this.#crashes && what !== "start") return;
      this.#waitFor(what);
      await work();
      if (crashes === this.#crashes) this.#pending = undefined;
    });
  }

  #waitFor(what: string): void {
    this.#pending = { what, since: this.#world.clock.now() };
  }

  async #start(): Promise<void> {
    const { clock } = this.#world;
    for (let crashes = this.#crashes; crashes === this.#crashes; crashes = this.#crashes) {
      try {
        const began = clock.now();
        await this.#director.start();
        if (crashes === this.#crashes) this.#setRight(began);
        return;
      } catch (error) {
        if (!(error instanceof IpvsUnavailable)) throw error;
        // The supervisor starts it again.
        await clock.sleep(TRY_AGAIN);
        if (crashes !== this.#crashes) return;
        this.#waitFor("start");
        this.#director = this.#newDirector(this.#director.isStandby);
      }
    }
  }

  async #restart(): Promise<void> {
    const { isStandby } = this.#director;
    const crashes = this.#crashes;
    await this.#director.stop();
    if (crashes !== this.#crashes) return;
    this.#witness.left();
    this.#leaveAll();
    this.#director = this.#newDirector(isStandby);
    await this.#start();
  }

  async #reload(to: number): Promise<void> {
    const { clock, scenario } = this.#world;
    const model = sketchModel(...scenario.configs[to]);
    const crashes = this.#crashes;
    for (;;) {
      try {
        const [before, began] = [this.sketches, clock.now()];
        await this.#director.reload(model);
        if (crashes !== this.#crashes) return;
        this.#config = to;
        this.#reloadedAt = clock.now();
        this.#setRight(began);
        this.#forgetVerdicts(before);
        this.#leaveUnlisted(before);
        return;
      } catch (error) {
        if (!(error instanceof IpvsUnavailable)) throw error;
        await clock.sleep(TRY_AGAIN);
        if (crashes !== this.#crashes) return;
        this.#waitFor("reload");
      }
    }
  }

  async #activate(): Promise<void> {
    if (!this.isAway) return;
    const [began, crashes] = [this.#world.clock.now(), this.#crashes];
    try {
      await this.#director.activate();
    } catch (error) {
      if (!(error instanceof IpvsUnavailable)) throw error;
    }
    if (crashes === this.#crashes) this.#setRight(began);
  }

  /** A start or a reload that began then has ended: what was changed by hand before counts no more. */
  #setRight(began: number): void {
    if (this.isAway) return;
    const { byHand, clock, wasLiedTo } = this.#world;
    // Where all reads of a start or a reload show the table as it was before the hand came, it cannot be known of.
    if (wasLiedTo) byHand.stir(undefined, clock.now());
    else byHand.setRight(began, clock.now());
  }

  /** A check that is in only one of two configurations begins anew, or has ended. */
  #forgetVerdicts(before: readonly VirtualSketch[]): void {
    const [old, now] = [before, this.sketches].map((config) =>
      new Set(config.flatMap(({ reals }) => reals.map(withoutWeight)))
    );
    for (const [real, server] of this.#world.servers) {
      if (!old.has(real) || !now.has(real)) server.said = undefined;
    }
  }

  /** A standby does not remove what a reload has taken from the configuration. */
  #leaveUnlisted(before: readonly VirtualSketch[]): void {
    if (!this.isAway) return;
    const kept = new Set(this.sketches.map(({ at }) => at));
    for (const { at } of before) if (!kept.has(at)) this.#world.left.add(at);
  }

  /** What the director has put into the table may stay there without it. */
  #leaveAll(): void {
    for (const key of this.#world.table.now.keys()) this.#world.left.add(key.slice("tcp:".length));
  }
}

/** A real server of a sketch, without its weight. */
function withoutWeight(text: string): string {
  return text.split(" ")[0];
}
