import type { Director } from "../../director/director.ts";
import type { Log } from "../log/log.ts";
import { MaintenanceWatch } from "./maintenance_watch.ts";

/** Tells the director what the maintenance directory holds, at once and again when host names of it are known. */
export class Maintenance {
  readonly #director: Pick<Director, "model" | "maintain">;
  readonly #log: Log;
  readonly #watch = new MaintenanceWatch();
  #files: ReadonlySet<string> = new Set();

  constructor(director: Pick<Director, "model" | "maintain">, log: Log) {
    this.#director = director;
    this.#log = log;
  }

  /** To be called once a second. */
  look(): void {
    const { maintenanceDir, virtuals } = this.#director.model;
    const files = this.#watch.look(maintenanceDir);
    if (!files) return;
    this.#files = files;
    this.#director.maintain(files, this.#watch.names);
    const reals = [...virtuals.values()].flatMap((virtual) => [...virtual.reals.values()]);
    const addresses = reals.map((real) => real.destination.address);
    this.#watch.lookUp(files, addresses).then((learnt) => {
      if (learnt && this.#files === files) this.#director.maintain(files, this.#watch.names);
    }).catch((error) => this.#log.bug(error));
  }
}
