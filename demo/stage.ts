import type { Stock } from "../tests/lab/world/client.ts";

/** What a demonstration is played on: a kernel's table or one in memory, and web servers. */
export interface Stage {
  /** The kernel, in words. */
  readonly title: string;
  readonly virtual: string;
  /** The addresses of the three web servers. */
  readonly reals: readonly [string, string, string];
  /** Sets the scene: the web servers run. */
  open(): Promise<void>;
  startDirector(): Promise<void>;
  stopDirector(): Promise<void>;
  /** Kills a web server. */
  kill(real: string): Promise<void>;
  /** Starts a killed one. */
  revive(real: string): Promise<void>;
  /** Lets a web server accept connections and answer nothing. */
  stall(real: string): Promise<void>;
  /** Lets a stalled one go on. */
  resume(real: string): Promise<void>;
  table(): Promise<readonly TableRow[]>;
  /** The director's log so far. */
  log(): Promise<string>;
  /** Which servers answered clients since the last call; absent where there are no clients. */
  takeStock?(): Promise<Stock>;
  close(): Promise<void>;
}

/** A virtual service, or a server in it. */
export type TableRow =
  | { readonly virtual: string; readonly scheduler: string }
  | { readonly server: string; readonly forwarding: string; readonly weight: number };
