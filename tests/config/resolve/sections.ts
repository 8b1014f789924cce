import type { Check } from "../../../src/model/check.ts";
import type { RealServer, VirtualService } from "../../../src/model/virtual_service.ts";
import { line, load, section, virtual } from "../fixture.ts";

/** The head of a section, and a real server in it. */
export const HEAD = "virtual = 192.0.2.1:80";
export const REAL = "real = 10.0.0.1:80 gate";

/** Problems of one section with its head in line 2. */
export function said(head: string, ...body: readonly string[]): readonly string[] {
  return load(section(head, ...body)).problems.map(line);
}

/** The check of a section's first real server. */
export function check(head: string, ...body: readonly string[]): Check {
  const [real] = virtual(head, ...body).reals.values();
  return checkOf(real);
}

/** The check of a real server that is checked. */
export function checkOf({ policy }: RealServer): Check {
  if (policy.kind !== "checked") throw new Error(`not checked: ${policy.kind}`);
  return policy.check;
}

/** Real servers as `destination method weight`, with the configured port where it is another. */
export function reals({ reals }: VirtualService): readonly string[] {
  return [...reals.values()].map(({ key, destination, configuredPort }) => {
    const mapped = configuredPort === destination.port ? "" : ` (${configuredPort})`;
    return `${key} ${destination.forwarding} ${destination.weight}${mapped}`;
  });
}
