import { deepStrictEqual } from "node:assert/strict";
import { PROTOCOLS, SERVICES, SPOKEN_SERVICES } from "../../src/model/services.ts";
import { SERVICE_ROWS } from "../../src/model/service_facts.ts";
import { ROWS as FUZZ_ROWS } from "../fuzz/rows.ts";
import { ROWS as LAB_ROWS } from "../lab/services/rows.ts";

Deno.test("every service is checked in the lab", () => {
  const checked = new Set(LAB_ROWS.map(({ service }) => service));
  deepStrictEqual(SPOKEN_SERVICES.filter((service) => !checked.has(service)), []);
});

Deno.test("every protocol is fuzzed", () => {
  const fuzzed = new Set(FUZZ_ROWS.map(({ target }) => target.service));
  const missing = SPOKEN_SERVICES.filter((service) => {
    const protocol = PROTOCOLS.find(({ services }) => Object.hasOwn(services, service))!;
    return !SPOKEN_SERVICES.some((each) => Object.hasOwn(protocol.services, each) && fuzzed.has(each));
  });
  deepStrictEqual(missing, []);
});

Deno.test("no two services have the same name, scheme or implied port", () => {
  const schemes = SERVICE_ROWS.flatMap(([service, { schemes = [] }]) => [service, ...schemes]);
  const ports = SERVICE_ROWS.flatMap(([, { port, impliedByPort }]) => impliedByPort ? [port] : []);
  deepStrictEqual([new Set(schemes).size, new Set(ports).size], [schemes.length, ports.length]);
  deepStrictEqual(new Set(SERVICES).size, SERVICES.length);
});
