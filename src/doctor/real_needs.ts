/**
 * What a real server needs to serve clients of a virtual service, by the way in which it is reached. Pure.
 */

import { familyOf, type IpAddress } from "../model/address.ts";
import type { Method, Tunnel } from "../model/table.ts";

/** A real server and what it serves. */
export interface RealToSetUp extends Method {
  readonly address: IpAddress;
  /** Addresses that clients connect to; empty when only a firewall mark selects them. */
  readonly virtuals: readonly IpAddress[];
  /** This machine's address in the real server's network, if it has one. */
  readonly director?: IpAddress;
  /** Whether clients' addresses may be in the network of the real server: the virtual address is. */
  readonly sameNetwork: boolean;
}

/** A step, with the reason for it. */
export interface Step {
  readonly what: string;
  readonly why: string;
  /** To be typed now, as root. */
  readonly commands: readonly string[];
}

/** What to write so that it is there after a boot, too. */
export interface Recipe {
  /** The kind of system. */
  readonly system: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  /** What makes it count. */
  readonly commands: readonly string[];
}

/** All that a real server needs. */
export interface RealNeeds {
  readonly steps: readonly Step[];
  readonly recipes: readonly Recipe[];
  /** How to see whether it worked. */
  readonly proof: readonly string[];
}

/** The needs of a real server. */
export function realNeeds(real: RealToSetUp): RealNeeds {
  if (real.forwarding === "masq") return masqNeeds(real);
  return ownAddressNeeds(real);
}

/** After what distributions bring along, which sets rp_filter again: the last one counts. */
const SYSCTL_FILE = "/etc/sysctl.d/90-ldirectord-real.conf";

/** What takes a tunnel's packets apart: a module of the kernel, and the interface that it brings. */
function unpackerOf(tunnel: Tunnel | undefined, four: boolean): readonly [module: string, device: string] {
  if (tunnel?.type === "gre") return four ? ["ip_gre", "gre0"] : ["ip6_gre", "ip6gre0"];
  return four ? ["ipip", "tunl0"] : ["ip6_tunnel", "ip6tnl0"];
}

/** Direct routing and tunnels: the real server has the virtual address itself, and must not say so. */
function ownAddressNeeds({ forwarding, tunnel, virtuals, address }: RealToSetUp): RealNeeds {
  const four = familyOf(address) === 4;
  const tunnels = forwarding === "ipip";
  const [module, tunnelDevice] = unpackerOf(tunnel, four);
  const device = tunnels ? tunnelDevice : "lo";
  const cidrs = virtuals.map((virtual) => `${virtual}/${four ? 32 : 128}`);
  const shown = cidrs.length > 0 ? cidrs : [four ? "VIRTUAL-ADDRESS/32" : "VIRTUAL-ADDRESS/128"];
  const settings: readonly string[] = [
    ...four ? ["net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2"] : [],
    ...four && tunnels ? ["net.ipv4.conf.all.rp_filter=0", `net.ipv4.conf.${device}.rp_filter=0`] : [],
  ];
  const steps: Step[] = [];
  if (tunnels) {
    steps.push({
      what: `the module ${module}, and its interface ${device} up`,
      why: "The director packs each packet into another one; this unpacks it.",
      commands: [`modprobe ${module}`, `ip link set ${device} up`],
    });
  }
  if (tunnel?.type === "gue") {
    steps.push({
      what: `the port ${tunnel.port} of UDP, by which GUE comes`,
      why: "The packets come in UDP; this takes them out, for the tunnel's interface.",
      commands: ["modprobe fou", `ip ${four ? "" : "-6 "}fou add port ${tunnel.port} gue`],
    });
  }
  if (four) {
    steps.push({
      what: "arp_ignore = 1 and arp_announce = 2, before the address is there",
      why: "Otherwise it answers ARP requests for the virtual address, and takes it from the director.",
      commands: settings.filter((name) => name.includes("arp_")).map((name) => `sysctl -w ${name}`),
    });
  }
  steps.push({
    what: `the virtual address on ${device}, with a prefix of ${four ? 32 : 128}`,
    why: "It gets packets that are addressed to the virtual address, and must take them for its own.",
    commands: shown.map((cidr) => `ip address add ${cidr} dev ${device}${four ? "" : " preferred_lft 0"}`),
  });
  if (four && tunnels) {
    steps.push({
      what: `rp_filter = 0 on ${device} and all`,
      why: "A client's packet comes out of the tunnel, and its answer leaves by another interface.",
      commands: settings.filter((name) => name.includes("rp_filter")).map((name) => `sysctl -w ${name}`),
    });
  }
  return {
    steps,
    recipes: [
      debian(device, shown, settings, tunnels ? module : undefined),
      rhel(device, shown, settings, tunnels ? module : undefined),
      networkd(device, shown, settings, tunnels ? module : undefined),
    ],
    proof: [
      `ip address show dev ${device}`,
      ...four ? ["sysctl net.ipv4.conf.all.arp_ignore net.ipv4.conf.all.arp_announce"] : [],
    ],
  };
}

interface File {
  readonly path: string;
  readonly text: string;
}

function sysctlFile(settings: readonly string[]): readonly File[] {
  if (settings.length === 0) return [];
  return [{ path: SYSCTL_FILE, text: settings.map((line) => line.replace("=", " = ")).join("\n") }];
}

function applied(settings: readonly string[]): readonly string[] {
  return settings.length > 0 ? ["sysctl --system"] : [];
}

function moduleFile(module: string | undefined): readonly File[] {
  return module ? [{ path: `/etc/modules-load.d/${module}.conf`, text: module }] : [];
}

/** To come before the settings, some of which are those of its interface. */
function loadModule(module: string | undefined): readonly string[] {
  return module ? [`modprobe ${module}`] : [];
}

function debian(device: string, cidrs: readonly string[], settings: readonly string[], module?: string): Recipe {
  const stanzas = cidrs.map((cidr) => {
    const six = cidr.includes(":");
    const lines = [`iface ${device} ${six ? "inet6" : "inet"} static`, `    address ${cidr}`];
    if (module) lines.push(`    pre-up modprobe ${module}`);
    if (six) lines.push("    preferred-lifetime 0");
    return lines.join("\n");
  });
  return {
    system: "Debian, Ubuntu (ifupdown)",
    files: [
      ...sysctlFile(settings),
      ...moduleFile(module),
      { path: "/etc/network/interfaces.d/ldirectord-real", text: [`auto ${device}`, ...stanzas].join("\n") },
    ],
    commands: [...loadModule(module), ...applied(settings), `ifup --force ${device}`],
  };
}

/** NetworkManager keeps its hands off lo and the tunnels' own devices; a unit does what there is to do. */
function rhel(device: string, cidrs: readonly string[], settings: readonly string[], module?: string): Recipe {
  const lifetime = (cidr: string) => cidr.includes(":") ? " preferred_lft 0" : "";
  const unit = [
    "[Unit]",
    "Description=The virtual addresses of a real server",
    "After=systemd-sysctl.service network-pre.target",
    "Before=network.target",
    "",
    "[Service]",
    "Type=oneshot",
    "RemainAfterExit=yes",
    ...module ? [`ExecStart=/usr/sbin/ip link set ${device} up`] : [],
    ...cidrs.map((cidr) => `ExecStart=/usr/sbin/ip address replace ${cidr} dev ${device}${lifetime(cidr)}`),
    ...cidrs.map((cidr) => `ExecStop=/usr/sbin/ip address del ${cidr} dev ${device}`),
    "",
    "[Install]",
    "WantedBy=multi-user.target",
  ];
  return {
    system: "RHEL, Alma, Rocky, Fedora",
    files: [
      ...sysctlFile(settings),
      ...moduleFile(module),
      { path: "/etc/systemd/system/ldirectord-real.service", text: unit.join("\n") },
    ],
    commands: [...loadModule(module), ...applied(settings), "systemctl enable --now ldirectord-real.service"],
  };
}

function networkd(device: string, cidrs: readonly string[], settings: readonly string[], module?: string): Recipe {
  const addresses = cidrs.flatMap((cidr) => [
    "",
    "[Address]",
    `Address=${cidr}`,
    ...cidr.includes(":") ? ["PreferredLifetime=0"] : [],
  ]);
  return {
    system: "systemd-networkd",
    files: [
      ...sysctlFile(settings),
      ...moduleFile(module),
      {
        path: "/etc/systemd/network/20-ldirectord-real.network",
        // A tunnel that waits for a router's advertisement is nothing for a boot to wait for.
        text: ["[Match]", `Name=${device}`, ...module ? ["", "[Link]", "RequiredForOnline=no"] : [], ...addresses].join(
          "\n",
        ),
      },
    ],
    commands: [...loadModule(module), ...applied(settings), "networkctl reload", `networkctl reconfigure ${device}`],
  };
}

/** Address translation: the real server knows nothing of it, but its answers must pass the director. */
function masqNeeds({ address, director, sameNetwork }: RealToSetUp): RealNeeds {
  const four = familyOf(address) === 4;
  const gateway = director ?? "DIRECTOR";
  const ip = four ? "ip" : "ip -6";
  // A host that does not forward accepts redirects when either of the two says so (ip-sysctl.rst).
  const settings = ["all", "INTERFACE"].map((name) => `net.${four ? "ipv4" : "ipv6"}.conf.${name}.accept_redirects=0`);
  const steps: Step[] = [{
    what: `the default route through the director${director ? ` (${director})` : ""}`,
    why: "Its answers must come back through the director, which gives them the virtual address again. Where two " +
      "directors share the work, the route leads to an address that moves with the virtual one.",
    commands: [`${ip} route replace default via ${gateway}`],
  }];
  if (sameNetwork) {
    steps.push({
      what: "accept_redirects = 0, and no clients in its own network",
      why: "The virtual address is in the real server's network. Clients that are there, too, are answered directly, " +
        "past the director, and do not recognize the sender.",
      commands: settings.map((name) => `sysctl -w ${name}`),
    });
  }
  const files = sameNetwork ? sysctlFile(settings) : [];
  const reload = sameNetwork ? applied(settings) : [];
  const gateways = four ? "ipv4" : "ipv6";
  return {
    steps,
    recipes: [
      {
        system: "Debian, Ubuntu (ifupdown)",
        files: [...files, {
          path: "/etc/network/interfaces, in the stanza of its interface",
          text: `gateway ${gateway}`,
        }],
        commands: [...reload, "systemctl restart networking"],
      },
      {
        system: "RHEL, Alma, Rocky, Fedora",
        files,
        commands: [
          ...reload,
          `nmcli connection modify CONNECTION ${gateways}.gateway ${gateway}`,
          "nmcli connection up CONNECTION",
        ],
      },
      {
        system: "systemd-networkd",
        files: [...files, { path: "the .network file of its interface", text: `[Network]\nGateway=${gateway}` }],
        commands: [...reload, "networkctl reload"],
      },
    ],
    proof: [`${ip} route get ${four ? "192.0.2.1" : "2001:db8::1"}    # an address of a client: via ${gateway}`],
  };
}
