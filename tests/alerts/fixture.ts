import type { Letter } from "../../src/alerts/letter.ts";
import type { DestinationKey } from "../../src/model/table.ts";
import type { AlertSettings, AlertState, MailServer, VirtualService } from "../../src/model/virtual_service.ts";
import { keyOf, sketchModel } from "../director/fixture.ts";

/** Every state of the daemon. */
export const EVERY_STATE: ReadonlySet<AlertState> = new Set(["starting", "running", "stopping", "reloading"]);

/** What one operator gets, unless a test gives something else. */
export function alertSettings(settings: Partial<AlertSettings> = {}): AlertSettings {
  return { to: ["ops@example.org"], repeatEvery: 0, on: EVERY_STATE, planned: false, ...settings };
}

/** A virtual service with one operator to tell, two real servers and a fallback. */
export function sketchVirtual(options: Partial<VirtualService> = {}, at = "192.0.2.10:80"): VirtualService {
  const reals = ["10.0.0.11:80", "10.0.0.12:80"];
  const fallback = "127.0.0.1:80";
  return sketchModel({ at, reals, fallback, options: { alerts: alertSettings(), ...options } }).virtuals.get(
    keyOf(at),
  )!;
}

/** The identity of a destination, as it is written. */
export function server(text: string): DestinationKey {
  return text as DestinationKey;
}

/** A mail server with the usual settings, unless a test gives others. */
export function mailServer(host: string, options: Partial<MailServer> = {}): MailServer {
  return { host, tls: "auto", ...options };
}

/** A letter that says `subject`. */
export function sketchLetter(subject: string, options: Partial<Letter> = {}): Letter {
  return {
    id: `<${subject}@lb1>`,
    date: new Date("2026-11-20T06:15:00Z"),
    from: { name: "", address: "ldirectord@lb1" },
    to: ["ops@example.org"],
    subject,
    text: `Log-Message: ${subject}\n`,
    server: mailServer("192.0.2.25"),
    ...options,
  };
}
