import { ok, rejects } from "node:assert/strict";
import { freePort } from "./ports.ts";

Deno.test("a free port is one that the kernel gives to nothing else", async () => {
  const [first, last] = Deno.readTextFileSync("/proc/sys/net/ipv4/ip_local_port_range").trim().split(/\s+/).map(Number);
  for (let draw = 0; draw < 20; draw++) {
    const port = freePort();
    ok(port < first || port > last, `${port} is within ${first}-${last}`);
    await rejects(Deno.connect({ hostname: "127.0.0.1", port }), Deno.errors.ConnectionRefused);
  }
});
