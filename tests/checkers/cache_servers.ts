/**
 * Redis and memcached, as the tests of their checks want them.
 */

import { LOOPBACK, type RealServer, type Site, startServer, untilAccepting } from "./real_server.ts";

/** What redis asks for. */
export const REDIS_PASSWORD = "s3cret-of-redis";

/** Starts a redis that wants its password. */
export function startRedis(port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const options = ["--port", `${port}`, "--bind", site.v4, site.v6, "--save", "", "--requirepass", REDIS_PASSWORD];
  const argv = ["redis-server", ...options];
  return startServer({ package: "redis-server", argv, ready: /Ready to accept connections/, site });
}

/** Starts a memcached. */
export async function startMemcached(port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const argv = ["memcached", "-u", "nobody", "-p", `${port}`, "-l", `${site.v4},${site.v6}`];
  const memcached = await startServer({ package: "memcached", argv, ready: /^/, site });
  await untilAccepting(port, site);
  return memcached;
}
