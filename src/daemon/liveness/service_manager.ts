import { monotonicMicroseconds } from "../../system/libc/clocks.ts";
import { sendUnixDatagram } from "../../system/unix_socket.ts";

/**
 * The service manager that started us, when it wants our state (sd_notify(3)): systemd with `Type=notify`.
 */
export class ServiceManager {
  readonly #socket: string;
  /** Milliseconds within which it wants to hear that we are alive; absent = it does not watch. */
  readonly watchdog?: number;
  #status = "";

  private constructor(socket: string, watchdog?: number) {
    this.#socket = socket;
    this.watchdog = watchdog;
  }

  /**
   * The manager that the environment names. Taken out of there: programs that we start are not to speak for us.
   */
  static fromEnvironment(): ServiceManager | undefined {
    const take = (name: string) => {
      const value = Deno.env.get(name);
      Deno.env.delete(name);
      return value;
    };
    const [socket, microseconds, pid] = ["NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"].map(take);
    if (!socket?.startsWith("/") && !socket?.startsWith("@")) return undefined;
    const watched = Number(microseconds) > 0 && (pid === undefined || Number(pid) === Deno.pid);
    return new ServiceManager(socket, watched ? Number(microseconds) / 1000 : undefined);
  }

  /** The first table is in the kernel, or a reload is over. */
  ready(): void {
    this.#send("READY=1");
  }

  /** A reload has begun; systemd 253 and newer want to know when. */
  reloading(): void {
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${monotonicMicroseconds()}`);
  }

  stopping(): void {
    this.#send("STOPPING=1");
  }

  /** All is well: not to be said unless it is. */
  alive(): void {
    if (this.watchdog !== undefined) this.#send("WATCHDOG=1");
  }

  /** One line for `systemctl status`; said when it has changed. */
  status(status: string): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#send(`STATUS=${status}`);
  }

  #send(text: string): void {
    sendUnixDatagram(this.#socket, text);
  }
}
