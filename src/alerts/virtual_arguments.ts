import type { VirtualService } from "../model/virtual_service.ts";

/** Returns the arguments of a program that is called for a virtual service: what has happened, `vserver:vport` or the mark, the protocol. */
export function virtualArguments(verb: string, { label, settings: { address } }: VirtualService): readonly string[] {
  return [verb, address.kind === "fwm" ? String(address.mark) : label, address.kind];
}
