import type { AskDns } from "./look_up_list.ts";

/** Asks the name servers of /etc/resolv.conf, as it is now. */
export const askDns: AskDns = {
  async addresses(name, family) {
    const { resolve4, resolve6 } = await import("node:dns/promises");
    return family === 4 ? await resolve4(name, { ttl: true }) : await resolve6(name, { ttl: true });
  },
  async services(name) {
    const { resolveSrv } = await import("node:dns/promises");
    return await resolveSrv(name);
  },
};
