import type { Round } from "../../src/checkers/run.ts";
import { Director } from "../../src/director/director.ts";
import type { DirectorEvent } from "../../src/director/events.ts";
import { type IpvsDriver, IpvsUnavailable, type Outcome } from "../../src/ipvs/driver.ts";
import { MemoryIpvs } from "../../src/ipvs/memory.ts";
import { decodeRules, encodeRules } from "../../src/ipvs/ipvsadm/rules.ts";
import type { AskedWeight, Check } from "../../src/model/check.ts";
import type { Plan } from "../../src/model/plan.ts";
import type { IpvsTable } from "../../src/model/table.ts";
import { FakeClock } from "./fake_clock.ts";
import { sketchModel, verdict, type VirtualSketch } from "./fixture.ts";

/** Options of a test of the pure part. */
export const pure = { permissions: "none" } as const;

/** Real servers that answer as told: up, down, or only after so many milliseconds. */
export class World {
  readonly clock = new FakeClock();
  readonly events: DirectorEvent[] = [];
  readonly rounds: { readonly real: string; readonly at: number }[] = [];
  readonly #dead = new Set<string>();
  readonly #asked = new Map<string, AskedWeight | undefined>();
  readonly #slow = new Map<string, number>();
  driver: IpvsDriver;
  director: Director;

  constructor(table: string, ...sketches: readonly VirtualSketch[]) {
    this.driver = new MemoryIpvs(decodeRules(table));
    this.director = this.direct({}, ...sketches);
  }

  /** A new director on the same world, as after a restart. */
  direct({ standby = false }: { readonly standby?: boolean }, ...sketches: readonly VirtualSketch[]): Director {
    const ports = {
      driver: {
        read: (want: Parameters<IpvsDriver["read"]>[0]) => this.driver.read(want),
        apply: (plan: Plan) => this.driver.apply(plan),
      },
      clock: this.clock,
      report: (event: DirectorEvent) => void this.events.push(event),
      runRound: (check: Check) => this.#round(check),
    };
    return this.director = new Director(sketchModel(...sketches), ports, standby);
  }

  async start(): Promise<void> {
    const started = this.director.start();
    await this.clock.advance(100);
    await started;
  }

  kill(...reals: readonly string[]): void {
    for (const real of reals) this.#dead.add(real);
  }

  revive(real: string): void {
    this.#dead.delete(real);
  }

  /** The weight that a real server's checks ask for from now on. */
  ask(real: string, weight: AskedWeight | undefined): void {
    this.#asked.set(real, weight);
  }

  slow(real: string, milliseconds: number): void {
    this.#slow.set(real, milliseconds);
  }

  /** The table as rules, without the virtual services' own address. */
  async table(): Promise<string[]> {
    const rules = encodeRules(await this.driver.read({ thresholds: false }));
    return rules.trim().split("\n").map((rule) => rule.replace(/-t 192\.0\.2\.1:80 /, "")).filter(Boolean);
  }

  async #round(check: Check): Promise<Round> {
    const real = String(check.key);
    this.rounds.push({ real, at: this.clock.now() });
    const took = this.#slow.get(real) ?? 1;
    await new Promise<void>((resolve) => this.clock.after(took, resolve));
    const result = verdict(!this.#dead.has(real));
    return {
      result: result.up ? { ...result, weight: this.#asked.get(real) } : result,
      startedAt: this.clock.now() - took,
      durationMs: took,
      trace: [{ atMs: 0, text: `* asking ${real}` }],
    };
  }
}

/** A virtual service of two real servers with a fallback. */
export const TWO: VirtualSketch = {
  at: "192.0.2.1:80",
  reals: ["10.0.0.1:80", "10.0.0.2:80"],
  fallback: "127.0.0.1:80",
};
/** The rules of its real servers and of its fallback. */
export const R1 = "-a -r 10.0.0.1:80 -m -w 1";
export const R2 = "-a -r 10.0.0.2:80 -m -w 1";
export const FALLBACK = "-a -r 127.0.0.1:80 -m -w 1";

/** The table's destinations. */
export async function destinations(world: World): Promise<string[]> {
  return (await world.table()).filter((rule) => rule.startsWith("-a"));
}

/** A table that cannot be reached. */
export class Broken implements IpvsDriver {
  read(): Promise<IpvsTable> {
    return Promise.reject(new IpvsUnavailable("no ipvsadm"));
  }

  apply(): Promise<readonly Outcome[]> {
    return Promise.reject(new IpvsUnavailable("no ipvsadm"));
  }
}
