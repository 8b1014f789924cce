import { deepStrictEqual, ok } from "node:assert/strict";
import { type RealNeeds, realNeeds, type RealToSetUp } from "../../src/doctor/real_needs.ts";
import type { IpAddress } from "../../src/model/address.ts";
import { pure } from "../config/fixture.ts";

function needs(address: string, forwarding: RealToSetUp["forwarding"], more: Partial<RealToSetUp> = {}): RealNeeds {
  return realNeeds({ address: address as IpAddress, forwarding, virtuals: [], sameNetwork: false, ...more });
}

const typed = ({ steps }: RealNeeds) => steps.flatMap(({ commands }) => commands);
const VIRTUALS = ["192.0.2.10", "192.0.2.20"] as IpAddress[];
const VIRTUAL6 = ["2001:db8::9"] as IpAddress[];

pure("what is typed, by the way in which a real server is reached", () => {
  deepStrictEqual(typed(needs("10.0.0.1", "gate", { virtuals: VIRTUALS })), [
    "sysctl -w net.ipv4.conf.all.arp_ignore=1",
    "sysctl -w net.ipv4.conf.all.arp_announce=2",
    "ip address add 192.0.2.10/32 dev lo",
    "ip address add 192.0.2.20/32 dev lo",
  ]);
  deepStrictEqual(typed(needs("2001:db8::1", "gate", { virtuals: VIRTUAL6 })), [
    "ip address add 2001:db8::9/128 dev lo preferred_lft 0",
  ]);
  deepStrictEqual(typed(needs("10.0.0.1", "ipip", { virtuals: VIRTUALS.slice(1) })), [
    "modprobe ipip",
    "ip link set tunl0 up",
    "sysctl -w net.ipv4.conf.all.arp_ignore=1",
    "sysctl -w net.ipv4.conf.all.arp_announce=2",
    "ip address add 192.0.2.20/32 dev tunl0",
    "sysctl -w net.ipv4.conf.all.rp_filter=0",
    "sysctl -w net.ipv4.conf.tunl0.rp_filter=0",
  ]);
  deepStrictEqual(typed(needs("10.0.0.1", "masq", { director: "10.0.0.254" as IpAddress })), [
    "ip route replace default via 10.0.0.254",
  ]);
  deepStrictEqual(typed(needs("10.0.0.1", "masq", { sameNetwork: true })), [
    "ip route replace default via DIRECTOR",
    "sysctl -w net.ipv4.conf.all.accept_redirects=0",
    "sysctl -w net.ipv4.conf.INTERFACE.accept_redirects=0",
  ]);
  deepStrictEqual(typed(needs("10.0.0.1", "gate")).at(-1), "ip address add VIRTUAL-ADDRESS/32 dev lo");
});

pure("three kinds of system have a recipe to keep it, each with all virtual addresses and settings", () => {
  for (const forwarding of ["gate", "ipip"] as const) {
    const { recipes } = needs("10.0.0.1", forwarding, { virtuals: VIRTUALS });
    deepStrictEqual(recipes.map(({ system }) => system.split(",")[0]), ["Debian", "RHEL", "systemd-networkd"]);
    for (const { system, files, commands } of recipes) {
      const text = files.map(({ text }) => text).join("\n");
      for (const word of ["192.0.2.10/32", "192.0.2.20/32", "arp_ignore = 1", "arp_announce = 2"]) {
        ok(text.includes(word), `${system}: ${word}`);
      }
      ok(commands.includes("sysctl --system"), system);
    }
  }
});

pure("a tunnel's module is there before the settings of its interface, now and after a boot", () => {
  for (const { system, files, commands } of needs("10.0.0.1", "ipip", { virtuals: VIRTUALS }).recipes) {
    deepStrictEqual(commands.slice(0, 2), ["modprobe ipip", "sysctl --system"], system);
    const paths = files.map(({ path }) => path);
    ok(paths.includes("/etc/modules-load.d/ipip.conf"), system);
    // systemd's own 50-default.conf sets rp_filter: the file comes after it.
    ok(paths.includes("/etc/sysctl.d/90-ldirectord-real.conf"), system);
  }
});
