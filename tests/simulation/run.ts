/**
 * One scenario, played in virtual time with the real director and a table that does wrong; tells which promise was broken.
 */

import type { Round } from "../../src/checkers/run.ts";
import { Director } from "../../src/director/director.ts";
import type { DirectorEvent } from "../../src/director/events.ts";
import { IpvsUnavailable } from "../../src/ipvs/driver.ts";
import { encodeAction } from "../../src/ipvs/ipvsadm/rules.ts";
import type { Check } from "../../src/model/check.ts";
import { type Orders, realId, type RealOrders } from "../../src/model/orders.ts";
import type { Action } from "../../src/model/plan.ts";
import {
  type DestinationKey,
  destinationKey,
  type IpvsTable,
  serviceLabel,
  type TableService,
  type VirtualKey,
  virtualKey,
} from "../../src/model/table.ts";
import { destination, keyOf, sketchModel, verdict, type VirtualSketch } from "../director/fixture.ts";
import { isDeepStrictEqual } from "node:util";
import { Random } from "../random.ts";
import { ByHand } from "./by_hand.ts";
import { FaultyTable, type OnChange } from "./faulty_table.ts";
import { expectedTable, type Truth } from "./oracle.ts";
import { startTable } from "./start_table.ts";
import { type Fault, type Happening, LENGTH, LIES, type Ordered, REALS, type Scenario, VIRTUALS } from "./scenario.ts";
import { VirtualClock } from "./virtual_clock.ts";

/** Milliseconds in which all has to come to rest when nothing happens any more. */
const REST = 90_000;

/** Milliseconds for which a server must have been found well or dead until the table has to show it. */
const KNOWN = 12_000;

/** Milliseconds that a start, a reload, a stop and the like may take, whatever is wrong. */
const PATIENCE = 60_000;

/** Milliseconds for which the director may say that the table is in step while it is not: one look, made twice. */
const BLIND = 10_000;

/** Milliseconds after a reload or start in which first verdicts are waited for. */
const SETTLED = 2_000;

/** Milliseconds in which a virtual service that was deleted by hand has to be back. */
const BACK = 2_000;

/** What changes the table by hand. */
const HANDS: readonly Happening["do"][] = ["clear", "delete", "hand"];

/** What came of a run. */
export interface Outcome {
  readonly violations: readonly string[];
  readonly timeline: readonly string[];
}

/** Plays a scenario to its end. */
export async function play(scenario: Scenario): Promise<Outcome> {
  const run = new Run(scenario);
  await run.play();
  return run;
}

interface Server {
  up: boolean;
  takes: number;
  /** What its rounds have said in a row, and since when. */
  said: { readonly up: boolean; count: number; readonly since: number } | undefined;
}

class Run implements Outcome {
  readonly violations: string[] = [];
  readonly timeline: string[] = [];
  readonly #scenario: Scenario;
  readonly #clock = new VirtualClock();
  readonly #random: Random;
  readonly #table: FaultyTable;
  readonly #servers = new Map<string, Server>();
  readonly #orders = new Map<string, RealOrders>();
  #maintained: readonly string[] = [];
  #config: number;
  #director: Director;
  /** A crash makes another director: what an earlier one still does counts no more. */
  #life = 0;
  #crashes = 0;
  /** Changes that were made and not yet reported. */
  #unreported: string[] = [];
  #work: Promise<void> = Promise.resolve();
  #pending: { readonly what: string; readonly since: number } | undefined;
  /** Virtual services that an earlier director may have left. */
  readonly #left = new Set<string>();
  #blindSince: number | undefined;
  #isEnding = false;
  #reloadedAt = 0;
  readonly #byHand = new ByHand();
  /** When a virtual service of ours was last deleted by hand. */
  readonly #deletedAt = new Map<string, number>();
  /** When it was last logged that a virtual service of ours has vanished. */
  readonly #vanishedAt = new Map<string, number>();
  /** What others have in the table. */
  readonly #others: Map<VirtualKey, TableService>;
  /** When a real server was last held out, given a weight, or let go again, in any virtual service. */
  readonly #orderedAt = new Map<string, number>();

  constructor(scenario: Scenario) {
    this.#scenario = scenario;
    this.#random = new Random(scenario.seed);
    this.#table = new FaultyTable(this.#clock, this.#random);
    for (const real of REALS) this.#servers.set(real, { up: true, takes: 1, said: undefined });
    this.#config = 0;
    this.#table.set(startTable(scenario));
    this.#others = new Map([...this.#table.now].filter(([key]) => !isOurs(key)));
    for (const i of scenario.left) this.#left.add(VIRTUALS[i]);
    this.#director = this.#newDirector(scenario.standby);
  }

  async play(): Promise<void> {
    this.#begin("start", () => this.#start());
    for (const happening of this.#scenario.happenings) {
      this.#clock.after(happening.at, () => this.#happen(happening));
    }
    this.#clock.after(1_000, () => this.#watch());
    await this.#clock.runUntil(LENGTH);
    const calm = Math.max(LENGTH, this.#table.calmFrom);
    await this.#clock.runUntil(calm + REST);
    this.#checkRest();
    this.#isEnding = true;
    let isStopped = false;
    void this.#director.stop().then(() => isStopped = true);
    await this.#clock.runUntil(this.#clock.now() + PATIENCE);
    if (!isStopped) this.#violate("stop has not ended");
    this.#checkLeft();
  }

  get #isAway(): boolean {
    return this.#director.isStandby;
  }

  /**
   * Whether it cannot be known what became of a batch that died: reads may be wrong, or it was undone by hand or by
   * a change that was refused.
   */
  get #isUnclear(): boolean {
    const isUndone = this.#has("refuses") || this.#scenario.happenings.some((each) => HANDS.includes(each.do));
    return LIES.some((lie) => this.#has(lie)) || (this.#has("dies") && isUndone);
  }

  /** Whether reads were wrong a short time ago, or are. */
  get #wasLiedTo(): boolean {
    const now = this.#clock.now();
    return this.#scenario.happenings.some((each) =>
      each.do === "fault" && LIES.includes(each.fault) && each.at <= now && now < each.at + each.lasts + KNOWN
    );
  }

  #newDirector(standby: boolean): Director {
    const life = ++this.#life;
    for (const server of this.#servers.values()) server.said = undefined;
    this.#unreported = [];
    const ifAlive = <A extends unknown[]>(call: (...args: A) => void) => (...args: A) => {
      if (this.#life === life) call(...args);
    };
    const dead = () => new Promise<never>(() => {});
    const isAlive = () => this.#life === life;
    const onChange: OnChange = (...change) => this.#onChange(...change);
    const director = new Director(sketchModel(...this.#sketches), {
      driver: {
        read: () => isAlive() ? this.#table.read() : dead(),
        apply: (plan) => isAlive() ? this.#table.apply(plan, { isAlive, onChange }) : dead(),
      },
      clock: {
        now: () => this.#clock.now(),
        after: (milliseconds, callback) => this.#clock.after(milliseconds, ifAlive(callback)),
      },
      report: ifAlive((event) => this.#hear(event)),
      runRound: (check) => this.#round(check),
    }, standby);
    void director.obey(this.#ordersNow);
    director.maintain(new Set(this.#maintained), new Map());
    return director;
  }

  get #sketches(): readonly VirtualSketch[] {
    return this.#scenario.configs[this.#config];
  }

  get #ordersNow(): Orders {
    return new Map(this.#orders) as Orders;
  }

  async #round(check: Check): Promise<Round> {
    const server = this.#servers.get(check.key)!;
    const startedAt = this.#clock.now();
    await this.#clock.sleep(server.takes);
    return { result: verdict(server.up), startedAt, durationMs: server.takes, trace: [] };
  }

  #note(text: string): void {
    this.timeline.push(`${(this.#clock.now() / 1000).toFixed(2).padStart(7)} ${text}`);
  }

  #violate(text: string): void {
    const line = `at ${(this.#clock.now() / 1000).toFixed(2)} s: ${text}`;
    if (this.violations.length < 20) this.violations.push(line);
    this.#note(`VIOLATION ${text}`);
  }

  // What happens.

  #happen(happening: Happening): void {
    const { at: _, ...rest } = happening;
    this.#note(`-- ${JSON.stringify(rest)}`);
    switch (happening.do) {
      case "server": {
        const server = this.#servers.get(happening.real)!;
        [server.up, server.takes] = [happening.up, happening.takes];
        this.#byHand.stir(happening.real, this.#clock.now());
        return;
      }
      case "fault":
        this.#byHand.stir(undefined, this.#clock.now() + happening.lasts);
        return this.#table.break(happening.fault, happening.lasts, happening.oneIn);
      case "clear":
        return this.#deleteByHand(VIRTUALS);
      case "delete":
        return this.#deleteByHand([happening.virtual]);
      case "hand":
        return this.#changeByHand(happening.virtual, happening.real, happening.weight);
      case "other":
        return this.#changeOther(happening.virtual, happening.reals, happening.weight);
      case "order":
        this.#stir(happening.real);
        this.#order(happening.virtual, happening.real, happening.order);
        void this.#director.obey(this.#ordersNow);
        return;
      case "maintain":
        for (const real of [...this.#maintained, ...happening.files]) this.#stir(real);
        this.#maintained = happening.files;
        return this.#director.maintain(new Set(happening.files), new Map());
      case "crash":
        return this.#crash();
      case "restart":
        return this.#begin("restart", () => this.#restart());
      case "reload":
        return this.#begin("reload", () => this.#reload(happening.to));
      case "activate":
        return this.#begin("activate", () => this.#activate());
      case "deactivate":
        return this.#begin("deactivate", async () => {
          const crashes = this.#crashes;
          await this.#director.deactivate();
          if (crashes === this.#crashes) this.#checkLeft();
          this.#forget();
        });
    }
  }

  #stir(real: string): void {
    this.#byHand.stir(real, this.#clock.now());
    this.#orderedAt.set(real, this.#clock.now());
  }

  #deleteByHand(virtuals: readonly string[]): void {
    const left = new Map(this.#table.now);
    const gone = virtuals.filter((at) => left.delete(keyOf(at)));
    for (const at of gone) {
      this.#byHand.forget(at);
      this.#deletedAt.set(at, this.#clock.now());
    }
    this.#table.set(left);
    const [life, deletedAt] = [this.#life, this.#clock.now()];
    if (this.#isDisturbed) return;
    this.#clock.after(BACK, () => {
      if (life !== this.#life || this.#isDisturbed || this.#reloadedAt > deletedAt) return;
      for (const at of gone) if (this.#deletedAt.get(at) === deletedAt) this.#checkBack(at, deletedAt);
    });
  }

  /** Whether it is not to be expected that the director looks after the table in its usual time. */
  get #isDisturbed(): boolean {
    return this.#isAway || this.#isEnding || this.#pending !== undefined ||
      this.#table.calmFrom > this.#clock.now() - KNOWN;
  }

  #changeByHand(at: string, real: string, weight: number | "remove"): void {
    const service = this.#table.now.get(keyOf(at));
    const key = real as DestinationKey;
    if (!service || (weight === "remove" && !service.destinations.has(key))) return;
    const destinations = new Map(service.destinations);
    if (weight === "remove") destinations.delete(key);
    else destinations.set(key, { ...destination(real), weight });
    this.#table.set(new Map(this.#table.now).set(keyOf(at), { ...service, destinations }));
    this.#byHand.change(at, real, weight === "remove" ? undefined : weight, this.#clock.now());
    if (this.#pending) this.#byHand.stir(real, this.#clock.now());
  }

  #changeOther(at: string, reals: number, weight: number): void {
    const key = keyOf(at);
    const table = new Map(this.#table.now);
    const destinations = Array.from(
      { length: reals },
      (_, i) => destination(`203.0.113.${20 + i}:80 weight ${weight}`),
    );
    this.#others.delete(key);
    if (reals > 0) {
      const { address, port } = destination(at);
      this.#others.set(key, {
        ...[...sketchModel({ at, reals: [] }).virtuals.values()][0].settings,
        address: { kind: "tcp", address, port },
        destinations: new Map(destinations.map((each) => [destinationKey(each), each])),
      });
    }
    const others = this.#others.get(key);
    if (others) table.set(key, others);
    else table.delete(key);
    this.#table.set(table);
  }

  #order(virtual: string, real: string, order: Ordered): void {
    const id = realId(keyOf(virtual), real as DestinationKey);
    if (order === "enable") {
      this.#orders.delete(id);
      return;
    }
    const before = this.#orders.get(id) ?? {};
    const since = 0;
    this.#orders.set(
      id,
      order === "drain" || order === "disable"
        ? { ...before, hold: { value: order, since } }
        : { ...before, weight: { value: order === "weight 0" ? 0 : 5, since } },
    );
  }

  /** Does one thing after the other, as the daemon does. */
  #begin(what: string, work: () => Promise<void>): void {
    const crashes = this.#crashes;
    this.#work = this.#work.then(async () => {
      if (crashes !== this.#crashes && what !== "start") return;
      this.#pending = { what, since: this.#clock.now() };
      await work();
      if (crashes === this.#crashes) this.#pending = undefined;
    });
  }

  async #start(): Promise<void> {
    for (let crashes = this.#crashes; crashes === this.#crashes; crashes = this.#crashes) {
      try {
        const began = this.#clock.now();
        await this.#director.start();
        if (crashes === this.#crashes) this.#setRight(began);
        return;
      } catch (error) {
        if (!(error instanceof IpvsUnavailable)) throw error;
        // The supervisor starts it again.
        await this.#clock.sleep(2_000);
        if (crashes !== this.#crashes) return;
        this.#pending = { what: "start", since: this.#clock.now() };
        this.#director = this.#newDirector(this.#director.isStandby);
      }
    }
  }

  #crash(): void {
    const { isStandby } = this.#director;
    this.#crashes++;
    this.#forget();
    this.#director = this.#newDirector(isStandby);
    this.#pending = undefined;
    this.#work = Promise.resolve();
    this.#begin("start", () => this.#start());
  }

  async #restart(): Promise<void> {
    const { isStandby } = this.#director;
    const crashes = this.#crashes;
    await this.#director.stop();
    if (crashes !== this.#crashes) return;
    this.#checkLeft();
    this.#forget();
    this.#director = this.#newDirector(isStandby);
    await this.#start();
  }

  async #reload(to: number): Promise<void> {
    const model = sketchModel(...this.#scenario.configs[to]);
    const crashes = this.#crashes;
    for (;;) {
      try {
        const [before, began] = [this.#sketches, this.#clock.now()];
        await this.#director.reload(model);
        if (crashes !== this.#crashes) return;
        this.#config = to;
        this.#reloadedAt = this.#clock.now();
        this.#setRight(began);
        this.#forgetVerdicts(before);
        const kept = new Set(this.#sketches.map(({ at }) => at));
        if (this.#isAway) { for (const { at } of before) if (!kept.has(at)) this.#left.add(at); }
        return;
      } catch (error) {
        if (!(error instanceof IpvsUnavailable)) throw error;
        await this.#clock.sleep(2_000);
        if (crashes !== this.#crashes) return;
        this.#pending = { what: "reload", since: this.#clock.now() };
      }
    }
  }

  async #activate(): Promise<void> {
    if (!this.#isAway) return;
    const [began, crashes] = [this.#clock.now(), this.#crashes];
    try {
      await this.#director.activate();
    } catch (error) {
      if (!(error instanceof IpvsUnavailable)) throw error;
    }
    if (crashes === this.#crashes) this.#setRight(began);
  }

  /** A start or a reload that began then has ended: what was changed by hand before counts no more. */
  #setRight(began: number): void {
    if (this.#isAway) return;
    // Where all reads of a start or a reload show the table as it was before the hand came, it cannot be known of.
    if (this.#wasLiedTo) this.#byHand.stir(undefined, this.#clock.now());
    else this.#byHand.setRight(began, this.#clock.now());
  }

  /** A check that is in only one of two configurations begins anew, or has ended. */
  #forgetVerdicts(before: readonly VirtualSketch[]): void {
    const [old, now] = [before, this.#sketches].map((config) =>
      new Set(config.flatMap(({ reals }) => reals.map(nameOf)))
    );
    for (const [real, server] of this.#servers) if (!old.has(real) || !now.has(real)) server.said = undefined;
  }

  /** What the director has put into the table may stay there without it. */
  #forget(): void {
    for (const key of this.#table.now.keys()) this.#left.add(key.slice("tcp:".length));
  }

  // What must hold.

  #hear(event: DirectorEvent): void {
    if (event.type === "round") {
      const server = this.#servers.get(event.check.key)!;
      const { up } = event.result;
      if (server.said?.up === up) server.said.count++;
      else server.said = { up, count: 1, since: this.#clock.now() };
    } else if (event.type === "table-changed") {
      const line = encodeAction(event.action);
      this.#note(`told ${line}`);
      const at = this.#unreported.indexOf(line);
      if (at < 0 && !this.#isUnclear) {
        this.#violate(`a change was logged that was not made, or was logged before: ${line}`);
      }
      if (at >= 0) this.#unreported.splice(at, 1);
    } else if (event.type === "transition") {
      const fallback = event.virtual.fallback?.key;
      this.#byHand.turn(serviceLabel(event.virtual.settings.address), event.real.key, fallback);
      this.#note(`${event.real.key} ${event.was} -> ${event.is} (${event.virtual.label})`);
    } else if (event.type === "table-refused") {
      this.#note(`refused ${encodeAction(event.action)}: ${event.message}`);
    } else if (event.type === "services-vanished") {
      for (const { address } of event.services) this.#vanishedAt.set(serviceLabel(address), this.#clock.now());
      this.#note(`vanished ${event.services.map(({ address }) => serviceLabel(address)).join(", ")}`);
    } else this.#note(event.type === "table-unavailable" ? `unavailable: ${event.message}` : event.type);
  }

  #onChange(action: Action, before: IpvsTable, after: IpvsTable): void {
    const line = encodeAction(action);
    this.#note(`made ${line}`);
    this.#unreported.push(line);
    const key = virtualKey(action.service.address);
    const at = serviceLabel(action.service.address);
    if (!VIRTUALS.includes(at)) this.#violate(`another's entry was changed: ${line}`);
    if (this.#isEnding || this.#isAway || this.#pending?.what === "restart" || this.#pending?.what === "deactivate") {
      return;
    }
    const virtual = this.#director.model.virtuals.get(key);
    if (!virtual) return;
    if (!("destination" in action)) return;
    this.#checkChange(at, action.destination, before.get(key), after.get(key), line);
    this.#checkServed(at, before.get(key), after.get(key), line);
  }

  #checkChange(
    at: string,
    { address, port }: { readonly address: string; readonly port: number },
    before: TableService | undefined,
    after: TableService | undefined,
    line: string,
  ): void {
    const real = `${address}:${port}`;
    const sketch = this.#director.model.virtuals.get(keyOf(at))!;
    const [was, is] = [before, after].map((table) => table?.destinations.get(real as DestinationKey)?.weight ?? 0);
    const listed = sketch.reals.get(real as DestinationKey);
    // A batch of before a reload may still put in the fallback of then.
    const { fallback } = this.#sketches.find((each) => each.at === at) ?? {};
    const isFallback = sketch.fallback?.key === real || fallback === real;
    const { said } = this.#servers.get(real) ?? {};
    const changedAt = Math.max(this.#reloadedAt, this.#orderedAt.get(real) ?? 0);
    const knownFor = said ? this.#clock.now() - Math.max(said.since, changedAt) : 0;
    const { failureCount, riseCount } = sketch;
    // What a batch changes that is under way was wanted before a reload or an order that came meanwhile.
    const isOpen = this.#isHeld(at, real) || this.#pending?.what === "reload" || this.#wasLiedTo;
    const isWell = said?.up === true && said.count > riseCount && knownFor > KNOWN && !isOpen;
    const isDead = said?.up === false && said.count > failureCount && knownFor > KNOWN;
    if (listed && !isFallback && was > 0 && is === 0 && isWell && !this.#weightIsZero(at, real)) {
      this.#violate(`a healthy real server was taken out: ${line}`);
    }
    if (listed && !isFallback && was === 0 && is > 0 && isDead) this.#violate(`a dead real server was put in: ${line}`);
  }

  /** Wrong reads and refusals excuse it: nothing better could be done. */
  #checkServed(at: string, before: TableService | undefined, after: TableService | undefined, line: string): void {
    const isServed = (service: TableService | undefined) =>
      [...service?.destinations.values() ?? []].some(({ weight }) => weight > 0);
    if (!isServed(before) || isServed(after) || this.#wasLiedTo || this.#has("refuses") || this.#byHand.has(at)) return;
    const { fallback, reals, riseCount } = this.#director.model.virtuals.get(keyOf(at))!;
    const wells = [...reals.keys()].filter((real) => {
      const { said } = this.#servers.get(real)!;
      const since = Math.max(said?.since ?? 0, this.#orderedAt.get(real) ?? 0);
      const isKnown = said !== undefined && this.#clock.now() - since > KNOWN && said.count > riseCount;
      return isKnown && said.up && !this.#isHeld(at, real) && !this.#weightIsZero(at, real);
    });
    // First verdicts are waited for after a reload: what is held by hand may be all that there is until then.
    if (this.#pending || this.#clock.now() - this.#reloadedAt < SETTLED) return;
    if (fallback) this.#violate(`no destination is left, and there is a fallback: ${line}`);
    else if (wells.length > 0) this.#violate(`no destination is left, and ${wells.join(", ")} is well: ${line}`);
  }

  #has(fault: Fault): boolean {
    return this.#scenario.happenings.some((each) => each.do === "fault" && each.fault === fault);
  }

  #isHeld(virtual: string, real: string): boolean {
    const orders = this.#orders.get(realId(keyOf(virtual), real as DestinationKey));
    return this.#maintained.includes(real) || orders?.hold !== undefined;
  }

  #weightIsZero(virtual: string, real: string): boolean {
    return this.#orders.get(realId(keyOf(virtual), real as DestinationKey))?.weight?.value === 0;
  }

  /** Once a second. */
  #watch(): void {
    const { now } = this.#table;
    if (
      !isDeepStrictEqual(new Map([...now].filter(([key]) => !isOurs(key)).sort()), new Map([...this.#others].sort()))
    ) {
      this.#violate("another's entry has changed");
    }
    if (this.#pending && this.#clock.now() - this.#pending.since > PATIENCE) {
      this.#violate(`${this.#pending.what} has not ended`);
      this.#pending = undefined;
    }
    const { desired, inStep } = this.#director;
    const isBlind = desired && !this.#isEnding && inStep && !this.#isAway && !this.#pending &&
      this.#clock.now() > this.#table.calmFrom &&
      ![...desired].every(([key, service]) => this.#isAsWanted(service, now.get(key)));
    if (!isBlind) this.#blindSince = undefined;
    else this.#blindSince ??= this.#clock.now();
    if (this.#blindSince !== undefined && this.#clock.now() - this.#blindSince > BLIND) {
      this.#violate("it says that the table is in step, and it is not");
      this.#blindSince = undefined;
    }
    this.#clock.after(1_000, () => this.#watch());
  }

  /** Apart from what was changed by hand. */
  #isAsWanted(wanted: TableService, is: TableService | undefined): boolean {
    if (!is) return false;
    const at = serviceLabel(wanted.address);
    return [...new Set([...wanted.destinations.keys(), ...is.destinations.keys()])].every((key) => {
      const [ours, kernels] = [wanted, is].map(({ destinations }) => destinations.get(key)?.weight);
      return ours === kernels || this.#byHand.has(at, key) || this.#mayLack(ours, kernels);
    });
  }

  /** With `readdquiescent = no` one at weight 0 that a wrong read has shown to be there is not put back. */
  #mayLack(wanted: number | undefined, is: number | undefined): boolean {
    return wanted === 0 && is === undefined && LIES.some((lie) => this.#has(lie));
  }

  #checkLogged(): void {
    if (this.#unreported.length === 0 || this.#isUnclear) return;
    this.#violate(`never logged: ${this.#unreported.join("; ")}`);
    this.#unreported = [];
  }

  /** It does not wait for ever to learn what came of the last batch: where that died and reads fail, it is never known. */
  #checkLeft(): void {
    if (!(this.#has("dies") && this.#has("read-fails"))) this.#checkLogged();
  }

  /** A virtual service that was deleted by hand is there again, with its real servers as their health says. */
  #checkBack(at: string, deletedAt: number): void {
    const virtual = this.#director.model.virtuals.get(keyOf(at));
    if (!virtual) return;
    const service = this.#table.now.get(keyOf(at));
    if (!service) return this.#violate(`${at} was deleted by hand and is not back`);
    if ((this.#vanishedAt.get(at) ?? -1) < deletedAt) {
      this.#violate(`${at} was deleted by hand, and that was not logged`);
    }
    for (const [key, { destination: { weight } }] of virtual.reals) {
      const { said } = this.#servers.get(key)!;
      const changedAt = Math.max(said?.since ?? 0, this.#orderedAt.get(key) ?? 0);
      if (!said || this.#clock.now() - changedAt < KNOWN || this.#byHand.has(at, key)) continue;
      const is = service.destinations.get(key)?.weight ?? 0;
      const serves = said.up && weight > 0 && !this.#isHeld(at, key) && !this.#weightIsZero(at, key);
      const isFallback = virtual.fallback?.key === key;
      if (serves !== is > 0 && !isFallback) this.#violate(`${at} is back, with ${key} at weight ${is}`);
    }
  }

  #checkRest(): void {
    const director = this.#director;
    if (this.#pending) this.#violate(`${this.#pending.what} has not ended`);
    if (this.#isAway) return;
    this.#checkLogged();
    if (!director.inStep) this.#violate(`it says that the table is not in step: ${director.trouble}`);
    const truth: Truth = {
      config: this.#sketches,
      isUp: (real) => this.#servers.get(real)!.up,
      isMaintained: (real) => this.#maintained.includes(real),
      orders: (virtual, real) => {
        const { hold, weight } = this.#orders.get(realId(keyOf(virtual), real as DestinationKey)) ?? {};
        return new Set([...hold ? [hold.value] : [], ...weight ? [`weight ${weight.value}` as Ordered] : []]);
      },
    };
    const expected = expectedTable(truth);
    const own = expectedTable({ ...truth, config: truth.config.map((each) => ({ ...each, fallback: undefined })) });
    let serving = 0;
    for (const at of VIRTUALS) {
      const [want, service] = [expected.get(at), this.#table.now.get(keyOf(at))];
      if (want === undefined && (service === undefined || this.#left.has(at))) continue;
      const is = new Map([...service?.destinations ?? []].map(([key, { weight }]) => [key as string, weight]));
      const all = new Set([...is.keys(), ...want?.keys() ?? []]);
      const isRight = service !== undefined && want !== undefined &&
        [...all].every((real) =>
          this.#byHand.allows(at, real, is.get(real), want.get(real)) || this.#mayLack(want.get(real), is.get(real))
        );
      if (!isRight) {
        this.#violate(
          `${at} holds ${service && listed(is)} in place of ${want && listed(want)}${this.#byHand.shown(at)}`,
        );
      }
      for (const [real, weight] of own.get(at) ?? []) if (weight > 0 && is.get(real)) serving++;
    }
    if (director.census.serving !== serving) {
      this.#violate(`it says that ${director.census.serving} real servers serve, and ${serving} do`);
    }
  }
}

function isOurs(key: VirtualKey): boolean {
  return VIRTUALS.some((at) => keyOf(at) === key);
}

/** A real server of a sketch, without its weight. */
function nameOf(text: string): string {
  return text.split(" ")[0];
}

function listed(entries: ReadonlyMap<string, number>): string {
  return [...entries].map(([real, weight]) => `${real} ${weight}`).sort().join(", ");
}
