/**
 * What the doctor makes of the facts: one row a question, each answered with what is well and what is not. Pure.
 */

import { familyOf, isInNetwork, isLoopback } from "../model/address.ts";
import { type Check, isAskedByHelper, speaksTls } from "../model/check.ts";
import { costOfMissingFallbackFlag, missingFallbackFlag } from "../model/fallback_flag.ts";
import { type Forwarding, serviceFamily } from "../model/table.ts";
import { checksOf, type Model, type RealServer, type VirtualService } from "../model/virtual_service.ts";
import type { Facts } from "./facts.ts";

/** How bad it is: a problem keeps clients from being served, advice is for a bad day. */
export type Level = "ok" | "advice" | "problem";

/** One answer. */
export interface Finding {
  readonly level: Level;
  /** What was found, in one line. */
  readonly what: string;
  /** Why it matters; nothing that is well needs it. */
  readonly why?: string;
  /** What to type, as root. */
  readonly commands?: readonly string[];
}

/** A question of the doctor's. */
export type Question = (facts: Facts) => readonly Finding[];

/** The questions, in the order in which they are asked. */
export const QUESTIONS: Readonly<Record<string, Question>> = {
  "ipvs": ({ ipvsLoaded, modules, release }) => {
    if (ipvsLoaded) return [ok(`the kernel ${release} has IPVS`)];
    if (modules.loadable.has("ip_vs")) {
      return [{
        level: "advice",
        what: "the kernel's module ip_vs is not loaded",
        why: "The director loads it when it starts, and not before: settings under net.ipv4.vs are not there at boot.",
        commands: ["modprobe ip_vs", "echo ip_vs > /etc/modules-load.d/ip_vs.conf"],
      }];
    }
    return [{
      level: "problem",
      what: `the kernel ${release} has no IPVS, and there is no module ip_vs for it`,
      why: "Without IPVS there is no table to keep. Containers use the kernel of their host: it must be loaded there.",
      commands: [
        "apt-get install linux-image-$(dpkg --print-architecture)    # RHEL: dnf install kernel-modules; then boot it",
      ],
    }];
  },

  "schedulers": ({ modules, ipvsLoaded, ...facts }) => {
    if (!ipvsLoaded && !modules.loadable.has("ip_vs")) return [];
    const wanted = new Set(virtualsOf(facts).map(({ settings }) => settings.scheduler));
    return [...wanted].sort().map((scheduler) => {
      const module = `ip_vs_${scheduler}`;
      if (modules.present.has(module) || modules.loadable.has(module)) {
        return ok(`the scheduler ${scheduler} is there`);
      }
      return {
        level: "problem",
        what: `the kernel has no scheduler ${scheduler}`,
        why: "The kernel refuses virtual services whose scheduler it does not have: clients get no answer. Is it " +
          "misspelt? These are there:",
        commands: ["ls /lib/modules/$(uname -r)/kernel/net/netfilter/ipvs    # ip_vs_NAME"],
      };
    });
  },

  "fallback flags": (facts) =>
    virtualsOf(facts).flatMap(({ label, settings }): Finding[] => {
      const flag = missingFallbackFlag(settings);
      if (flag === undefined) return [];
      return [{
        level: "advice",
        what: `${label}: ${costOfMissingFallbackFlag(settings, flag)}`,
        why: `Those are the ones that are quiescent, drained or given weight 0. Add ${flag} to schedflags.`,
        commands: [["ldirectord check", facts.configuration?.file].join(" ").trimEnd()],
      }];
    }),

  "driver": ({ driver, ipvsadm }) => {
    if (driver === "netlink") return [ok("the table is read and changed by netlink")];
    if (ipvsadm) return [ok(`the table is read and changed through ${ipvsadm}`)];
    return [{
      level: "problem",
      what: "the program ipvsadm is not installed",
      why: "The table is to be read and changed through it (ipvsdriver).",
      commands: ["apt-get install ipvsadm    # RHEL: dnf install ipvsadm"],
    }];
  },

  "permission": ({ capabilities, ipvsLoaded, table, ...facts }) => {
    const findings: Finding[] = [];
    const lacks = (bit: bigint) => capabilities !== undefined && (capabilities >> bit & 1n) === 0n;
    if (lacks(CAP_NET_ADMIN)) {
      findings.push({
        level: "problem",
        what: "this process may not change the table (it lacks CAP_NET_ADMIN)",
        why: "The daemon needs it, and so does the doctor to look at the table: ask again as root.",
        commands: [["sudo ldirectord doctor", facts.configuration?.file].join(" ").trimEnd()],
      });
    } else if (typeof table === "string" && ipvsLoaded && (facts.driver === "netlink" || facts.ipvsadm !== undefined)) {
      findings.push({ level: "problem", what: `the table cannot be read: ${table}` });
    }
    if (lacks(CAP_NET_RAW) && checksOfAll(facts).some(sendsPings)) {
      findings.push({
        level: "advice",
        what: "this process may not open raw sockets (it lacks CAP_NET_RAW)",
        why: "Pings then go through the kernel's ping sockets, which net.ipv4.ping_group_range may forbid.",
        commands: ['sysctl -w net.ipv4.ping_group_range="0 2147483647"'],
      });
    }
    return findings;
  },

  "helper process": ({ capabilities, helperUser, isRoot, ...facts }) => {
    if (!checksOfAll(facts).some(({ method, target }) => isAskedByHelper(method, target))) return [];
    const lacks = (bit: bigint) => capabilities !== undefined && (capabilities >> bit & 1n) === 0n;
    const why =
      "Databases and directories are asked by a process without rights, for they may be hostile. Without it " +
      "their real servers keep the state that they have.";
    if (helperUser === undefined) {
      const commands = ["useradd --system --no-create-home --shell /usr/sbin/nologin ldirectord"];
      return [{
        level: "problem",
        what: "there is no user ldirectord or nobody for the helper process",
        why,
        commands,
      }];
    }
    if (isRoot && (lacks(CAP_SETUID) || lacks(CAP_SETGID))) {
      const what = `root may not become ${helperUser} here (it lacks CAP_SETUID or CAP_SETGID)`;
      const commands = ["systemctl edit ldirectord    # CapabilityBoundingSet=CAP_SETUID CAP_SETGID"];
      return [{ level: "problem", what: `the helper process cannot be started: ${what}`, why, commands }];
    }
    return [ok(`databases and directories are asked by a process of its own, as ${helperUser}`)];
  },

  "configuration": ({ configuration }) => {
    if (!configuration) return [];
    const { file, problems, mode, holdsSecrets } = configuration;
    const findings: Finding[] = [];
    if (problems.error > 0) {
      findings.push({
        level: "problem",
        what: `${file} has ${
          counted(problems.error, "error")
        }: it cannot be started, and nothing more is known of it here`,
        commands: [`ldirectord check ${file}`],
      });
    } else if (problems.warning > 0) {
      findings.push({
        level: "advice",
        what: `${file} has ${counted(problems.warning, "warning")}`,
        commands: [`ldirectord check ${file}`],
      });
    } else findings.push(ok(`${file} has no errors`));
    if (mode !== undefined && (mode & 0o004) !== 0 && holdsSecrets) {
      findings.push({
        level: "problem",
        what: `${file} holds passwords or tokens, and everybody may read it`,
        commands: [`chmod 600 ${file}`],
      });
    }
    return findings;
  },

  "forwarding": ({ sysctls, ...facts }) =>
    ([[4, "net.ipv4.ip_forward"], [6, "net.ipv6.conf.all.forwarding"]] as const).flatMap(([family, name]) => {
      if (!hasReals(facts, "masq", family) || !sysctls.has(name)) return [];
      if (sysctls.get(name) !== "0") return [ok(`${name} is ${sysctls.get(name)}`)];
      return [{
        level: "problem",
        what: `${name} is 0`,
        why:
          `The answers of real servers behind masq come back through this machine, which throws them away. Clients' ` +
          "connections hang.",
        commands: setting(name, "1"),
      }];
    }),

  "ipv6": ({ sysctls, ...facts }) => {
    const name = "net.ipv6.conf.all.disable_ipv6";
    if (!virtualsOf(facts).some(({ settings }) => serviceFamily(settings.address) === 6)) return [];
    if (!sysctls.has(name)) {
      return [{ level: "problem", what: "the kernel has no IPv6, which virtual6 needs", commands: ["modprobe ipv6"] }];
    }
    if (sysctls.get(name) === "0") return [];
    return [{ level: "problem", what: `${name} is 1, and virtual6 needs IPv6`, commands: setting(name, "0") }];
  },

  "virtual-addresses": ({ addresses, configuration }) => {
    const here = new Set(addresses.map(({ address }) => address));
    const wanted = new Set(
      virtualsOf({ configuration }).flatMap(({ settings: { address } }) =>
        address.kind === "fwm" ? [] : [address.address]
      ),
    );
    return [...wanted].map((address) => {
      const has = addresses.find((each) => each.address === address);
      if (here.has(address)) return ok(`the virtual address ${address} is on ${has!.interface}`);
      const near = addresses.find((each) => !isLoopback(each.address) && isInNetwork(address, each));
      const length = familyOf(address) === 4 ? 32 : 128;
      const where = near ? `${address}/${near.prefix} dev ${near.interface}` : `${address}/${length} dev lo`;
      const running = configuration?.running ?? false;
      return {
        level: running ? "problem" : "advice",
        what: `the virtual address ${address} is on no interface`,
        why: running
          ? "The daemon runs here, and no client can reach it. Where heartbeat, Pacemaker or keepalived brings the " +
            "address, ask it why not."
          : "No client can reach it here. That is as it should be on a standby director: whoever starts the daemon " +
            "(heartbeat, Pacemaker, keepalived) brings the address, too.",
        commands: [`ip address add ${where}`],
      };
    });
  },

  "real-servers": (facts) => {
    const methods = (["gate", "ipip"] as const).filter((method) => hasReals(facts, method));
    if (methods.length === 0) return [];
    const needs =
      "needs nothing of this machine, no module either; what the real servers need says doctor --real ADDRESS";
    return [ok(`forwarding by ${methods.join(" and ")} ${needs}`)];
  },

  "rp-filter": ({ sysctls, addresses }) => {
    const interfaces = externalInterfaces(addresses);
    if (interfaces.length < 2) return [];
    const strict = interfaces.filter((name) => effectiveMax(sysctls, name, "rp_filter") === 1);
    if (strict.length === 0) return [ok("rp_filter is not strict")];
    return [{
      level: "advice",
      what: `rp_filter is strict (1) on ${strict.join(", ")}`,
      why:
        "With several interfaces, a client's packet that comes in by another one than its answer would leave by is " +
        "thrown away without a word.",
      commands: setting("net.ipv4.conf.all.rp_filter", "2"),
    }];
  },

  "send-redirects": ({ sysctls, addresses, ...facts }) => {
    const shared = externalInterfaces(addresses).filter((name) =>
      addresses.some((own) =>
        own.interface === name && familyOf(own.address) === 4 &&
        virtualsOf(facts).some(({ settings: { address }, reals }) =>
          address.kind !== "fwm" && isInNetwork(address.address, own) &&
          realsBy("masq", reals.values()).some(({ destination }) => isInNetwork(destination.address, own))
        )
      )
    );
    const telling = shared.filter((name) =>
      sysctls.get(conf("all", "send_redirects")) === "1" ||
      sysctls.get(conf(name, "send_redirects")) === "1"
    );
    if (telling.length === 0) return shared.length > 0 ? [ok("send_redirects is off where it matters")] : [];
    return [{
      level: "problem",
      what: `send_redirects is on for ${telling.join(", ")}, where virtual and real servers share a network`,
      why: "This machine tells real servers of a shorter way to the clients, past itself; what goes that way is not " +
        "translated back, and connections hang.",
      commands: ["all", ...telling].flatMap((name) => setting(conf(name, "send_redirects"), "0")),
    }];
  },

  "quiescent-persistent": ({ sysctls, ...facts }) => {
    const name = "net.ipv4.vs.expire_quiescent_template";
    const tied = virtualsOf(facts).filter(({ quiescent, settings }) => quiescent && settings.persistence !== undefined);
    if (tied.length === 0 || !sysctls.has(name)) return [];
    if (sysctls.get(name) !== "0") return [ok(`${name} is ${sysctls.get(name)}`)];
    return [{
      level: "problem",
      what: `${name} is 0, and ${named(tied)} ${tied.length === 1 ? "is" : "are"} persistent and quiescent`,
      why: "Clients that are tied to a real server are sent to it after its death, for as long as persistence lasts.",
      commands: setting(name, "1"),
    }];
  },

  "removed-servers": ({ sysctls, ...facts }) => {
    const name = "net.ipv4.vs.expire_nodest_conn";
    const removing = virtualsOf(facts).filter(({ quiescent, reals }) => !quiescent && reals.size > 0);
    if (removing.length === 0 || !sysctls.has(name)) return [];
    if (sysctls.get(name) !== "0") return [ok(`${name} is ${sysctls.get(name)}`)];
    return [{
      level: "advice",
      what: `${name} is 0, and ${named(removing)} removes real servers that are down (quiescent = no)`,
      why:
        "Packets of connections to a removed real server are dropped silently, and clients wait for their timeout; " +
        "with 1 the connection ends at once and the next one goes to another real server.",
      commands: setting(name, "1"),
    }];
  },

  "conntrack": ({ sysctls, ...facts }) => {
    const findings: Finding[] = [];
    const [most, count] = ["max", "count"].map((name) => Number(sysctls.get(`net.netfilter.nf_conntrack_${name}`)));
    if (most > 0 && count > most * 0.8) {
      findings.push({
        level: "problem",
        what: `the firewall's connection table is nearly full: ${count} of ${most}`,
        why: "When it is, new connections are dropped, checks among them.",
        commands: setting("net.netfilter.nf_conntrack_max", String(most * 4)),
      });
    }
    // The kernel tracks nothing until a rule asks for it: a count says that there are such rules.
    if (count > 0 && sysctls.get("net.ipv4.vs.conntrack") === "0" && hasReals(facts, "masq")) {
      findings.push({
        level: "advice",
        what: "the firewall tracks connections, and IPVS's are hidden from it (net.ipv4.vs.conntrack is 0)",
        why:
          "Rules by the state of a connection, and source NAT of what IPVS forwards, do not work with masq. If you " +
          "have neither, leave it: tracking costs time.",
        commands: setting("net.ipv4.vs.conntrack", "1"),
      });
    }
    return findings;
  },

  "table": ({ table, configuration }) => {
    if (typeof table === "string" || !configuration?.model) return [];
    return virtualsOf({ configuration }).flatMap(({ key, label, reals, fallback }) => {
      const foreign = [...table.get(key)?.destinations.keys() ?? []].filter((real) =>
        !reals.has(real) && real !== fallback?.key
      );
      if (foreign.length === 0) return [];
      return [{
        level: "advice" as const,
        what: `the table has ${foreign.join(", ")} in ${label}, which ${configuration.file} does not list`,
        why: "A start or a reload removes them: the virtual service is ours.",
        commands: [`ldirectord plan ${configuration.file}`],
      }];
    });
  },

  "neighbours": ({ neighbours, configuration }) => {
    const ours = virtualsOf({ configuration });
    return neighbours.flatMap(({ file, virtuals }) => {
      const both = ours.filter(({ key }) => virtuals.has(key));
      if (both.length === 0) return [];
      return [{
        level: "problem" as const,
        what: `${named(both)} ${both.length === 1 ? "is" : "are"} in ${file} as well, whose daemon runs`,
        why: "Two daemons that keep one virtual service remove each other's real servers.",
        commands: [`ldirectord ${file} stop`],
      }];
    });
  },

  "keepers": ({ keepers }) =>
    keepers.map((name) => ({
      level: "advice",
      what: `${name} runs on this machine`,
      why: "It may keep virtual services, too. Nothing of its is touched, as long as no virtual service is in both.",
      commands: ["ipvsadm -L -n"],
    })),

  "mail": ({ sendmail, ...facts }) => {
    const alone = virtualsOf(facts).filter(({ alerts }) => alerts.to.length > 0 && alerts.smtp === undefined);
    if (alone.length === 0) return [];
    if (sendmail) return [ok("alert mails go through sendmail")];
    return [{
      level: "problem",
      what: `there is no sendmail, and ${named(alone)} ${alone.length === 1 ? "sends" : "send"} alerts through it`,
      why: "Nobody hears when a real server goes down.",
      commands: ["apt-get install msmtp-mta    # or write smtp = mailserver in the configuration"],
    }];
  },

  "openssl": ({ openssl, ...facts }) => {
    if (!checksOfAll(facts).some(speaksTls)) return [];
    if (openssl) return [ok("OpenSSL is there for checks over TLS")];
    return [{
      level: "problem",
      what: "OpenSSL's library is not installed, and there are checks over TLS",
      why: "They cannot be made, and real servers whose checks cannot be made stay as they were.",
      commands: ["apt-get install libssl3    # RHEL: dnf install openssl-libs"],
    }];
  },

  "open-files": ({ openFiles, ...facts }) => {
    const checks = checksOfAll(facts).length;
    const needed = checks * 2 + 100;
    if (openFiles === undefined || checks === 0 || openFiles >= needed) return [];
    return [{
      level: "problem",
      what: `a process may have ${openFiles} files open, and ${checks} checks may need ${needed}`,
      why: "Checks that get no socket cannot be made.",
      commands: ["systemctl edit ldirectord@.service    # [Service] LimitNOFILE=65536"],
    }];
  },
};

/** Asks all questions; what is worst comes first. */
export function examine(facts: Facts): readonly (Finding & { readonly question: string })[] {
  const order: readonly Level[] = ["problem", "advice", "ok"];
  return Object.entries(QUESTIONS)
    .flatMap(([question, ask]) => ask(facts).map((finding) => ({ question, ...finding })))
    .sort((a, b) => order.indexOf(a.level) - order.indexOf(b.level));
}

/** Bits of capabilities(7). */
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;
const CAP_NET_ADMIN = 12n;
const CAP_NET_RAW = 13n;

function ok(what: string): Finding {
  return { level: "ok", what };
}

/** The commands that set a kernel's setting now, and for the next boot: a module's is there when the module is. */
function setting(name: string, value: string): readonly string[] {
  const module = name.startsWith("net.ipv4.vs.") ? "ip_vs" : name.includes("nf_conntrack") ? "nf_conntrack" : undefined;
  return [
    `sysctl -w ${name}=${value}`,
    `echo '${name} = ${value}' >> /etc/sysctl.d/90-ldirectord.conf`,
    ...module ? [`echo ${module} > /etc/modules-load.d/${module}.conf`] : [],
  ];
}

type Configured = Pick<Facts, "configuration">;

function virtualsOf({ configuration }: Configured): readonly VirtualService[] {
  const model: Model | undefined = configuration?.model;
  return model ? [...model.virtuals.values()] : [];
}

function checksOfAll(facts: Configured): readonly Check[] {
  const checks = virtualsOf(facts).flatMap(({ reals }) =>
    [...reals.values()].flatMap(({ policy }) => checksOf(policy))
  );
  return [...new Map(checks.map((check) => [check.key, check])).values()];
}

function sendsPings({ method, target }: Check): boolean {
  return method === "ping" || (method === "connect" && target.transport === "udp");
}

/** Real servers that are reached by a method and stand on other machines. */
function realsBy(forwarding: Forwarding, reals: Iterable<RealServer>): readonly RealServer[] {
  return [...reals].filter(({ destination }) =>
    destination.forwarding === forwarding && !isLoopback(destination.address)
  );
}

function hasReals(facts: Configured, forwarding: Forwarding, family?: 4 | 6): boolean {
  return virtualsOf(facts).some(({ settings, reals }) =>
    (family === undefined || serviceFamily(settings.address) === family) &&
    realsBy(forwarding, reals.values()).length > 0
  );
}

function externalInterfaces(addresses: Facts["addresses"]): readonly string[] {
  return [...new Set(addresses.filter(({ address }) => !isLoopback(address)).map((each) => each.interface))];
}

function conf(name: string, what: string): string {
  return `net.ipv4.conf.${name}.${what}`;
}

/** Of `all` and the interface's own the greater one counts (ip-sysctl.rst, rp_filter). */
function effectiveMax(sysctls: Facts["sysctls"], name: string, what: string): number {
  return Math.max(...["all", name].map((each) => Number(sysctls.get(conf(each, what)) ?? 0)));
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** A few virtual services by name. */
function named(virtuals: readonly VirtualService[]): string {
  const labels = virtuals.map(({ settings: { address }, label }) =>
    address.kind === "fwm" ? `the mark ${label}` : label
  );
  return labels.length > 3 ? `${labels.slice(0, 2).join(", ")} and ${labels.length - 2} more` : labels.join(", ");
}
