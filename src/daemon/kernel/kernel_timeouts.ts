import { IpvsUnavailable } from "../../ipvs/driver.ts";
import type { TimeoutDriver } from "../../ipvs/kernel_ipvs.ts";
import type { IpvsTimeouts } from "../../model/ipvs.ts";
import type { Log } from "../log/log.ts";

/** Has the kernel's timeouts of connections be those that the configuration asks for (`ipvstimeouts`). */
export class KernelTimeouts {
  readonly #driver: TimeoutDriver;
  readonly #log: Log;

  constructor(driver: TimeoutDriver, log: Log) {
    this.#driver = driver;
    this.#log = log;
  }

  /** Sets what differs; what fails is logged. @param wanted 0 = as it is; absent = all as they are. */
  async reconfigure(wanted: IpvsTimeouts | undefined): Promise<void> {
    if (!wanted) return;
    try {
      const before = await this.#driver.timeouts();
      const next = {
        tcp: wanted.tcp || before.tcp,
        tcpFin: wanted.tcpFin || before.tcpFin,
        udp: wanted.udp || before.udp,
      };
      if (describe(next) === describe(before)) return;
      await this.#driver.setTimeouts(next);
      this.#log.info(`Set the kernel's timeouts of connections: ${describe(next)} (before: ${describe(before)})`);
    } catch (error) {
      if (!(error instanceof IpvsUnavailable)) throw error;
      this.#log.error(`The kernel's timeouts of connections are not as the configuration asks: ${error.message}`);
    }
  }
}

function describe({ tcp, tcpFin, udp }: IpvsTimeouts): string {
  return `tcp ${tcp} s, tcp after a FIN ${tcpFin} s, udp ${udp} s`;
}
