import { serviceFamily, type ServiceSettings } from "../model/table.ts";

/** The names that ipvsadm(8) has for a scheduler's three flag bits; every scheduler also takes flag-1 to flag-3. */
const NAMED_FLAGS: Readonly<Record<string, string>> = {
  "sh-fallback": "flag-1",
  "sh-port": "flag-2",
  "mh-fallback": "flag-1",
  "mh-port": "flag-2",
};

/**
 * The settings as the kernel will report them, so that what we want and what it has can be
 * compared: flags by number and sorted, and no netmask where it covers the whole address (the kernel's default).
 */
export function canonicalSettings(settings: ServiceSettings): ServiceSettings {
  const flags = new Set(settings.schedulerFlags.map((flag) => NAMED_FLAGS[flag] ?? flag));
  const wholeAddress = serviceFamily(settings.address) === 6 ? "128" : "255.255.255.255";
  return {
    address: settings.address,
    scheduler: settings.scheduler,
    schedulerFlags: [...flags].sort(),
    persistence: settings.persistence,
    netmask: settings.netmask === wholeAddress ? undefined : settings.netmask,
    onePacket: settings.onePacket,
  };
}
