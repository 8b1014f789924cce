import { CLIENT } from "./addresses.ts";
import { run } from "./command.ts";

/** The bridge that every host of the lab is plugged into. */
export const WIRE = "wire";

/** Lays the wire that all hosts are on. The client, which is this process, has its addresses on it. */
export async function openWire(): Promise<void> {
  const commands = [
    `link add ${WIRE} type bridge forward_delay 0`,
    `link set ${WIRE} up`,
    ...CLIENT.map((address) => `addr add ${address} dev ${WIRE} ${address.includes(":") ? "nodad" : ""}`),
    // Directly routed answers come from the real servers' network.
    `route add 10.0.0.0/24 dev ${WIRE}`,
    `route add 2001:db8:2::/64 dev ${WIRE}`,
  ];
  await run(["ip", "-batch", "-"], commands.join("\n") + "\n");
}

/** Takes the wire away, when no host is on it any more. */
export async function closeWire(): Promise<void> {
  await run(["ip", "link", "del", WIRE]);
}
