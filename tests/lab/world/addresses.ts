/**
 * The lab's addresses. One wire carries two networks: the clients', where the virtual services are, and the real
 * servers'. The director is in both.
 */

/** The clients' network. */
export const FRONT = { v4: "192.0.2.0/24", v6: "2001:db8:1::/64" };

/** The client, which is the scenario itself. */
export const CLIENT = ["192.0.2.100/24", "2001:db8:1::100/64"];

/** Where the director is reached from the real servers' network, and the way back to clients for masq. */
export const GATEWAY = { v4: "10.0.0.1", v6: "2001:db8:2::1" };

/** All that scenarios may use in a `virtual` line. */
export const VIRTUAL = { v4: ["192.0.2.10", "192.0.2.20"], v6: ["2001:db8:1::10"] };

/** The IPv6 address of the real server `10.0.0.N`: `2001:db8:2::N`. */
export function sibling6(address: string): string {
  return `2001:db8:2::${address.split(".").at(-1)}`;
}
