/**
 * What becomes of connections to real servers that are gone, and what else tracks them.
 */

import { hasReals, named, virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok, setting } from "../finding.ts";

/** Whether persistent clients leave a quiescent real server. */
export function quiescentPersistent({ sysctls, ...facts }: Facts): readonly Finding[] {
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
}

/** Whether connections to a removed real server end at once. */
export function removedServers({ sysctls, ...facts }: Facts): readonly Finding[] {
  const name = "net.ipv4.vs.expire_nodest_conn";
  const removing = virtualsOf(facts).filter(({ quiescent, reals }) => !quiescent && reals.size > 0);
  if (removing.length === 0 || !sysctls.has(name)) return [];
  if (sysctls.get(name) !== "0") return [ok(`${name} is ${sysctls.get(name)}`)];
  return [{
    level: "advice",
    what: `${name} is 0, and ${named(removing)} removes real servers that are down (quiescent = no)`,
    why: "Packets of connections to a removed real server are dropped silently, and clients wait for their timeout; " +
      "with 1 the connection ends at once and the next one goes to another real server.",
    commands: setting(name, "1"),
  }];
}

/** Whether the firewall's connection table has room, and knows IPVS's connections. */
export function conntrack({ sysctls, ...facts }: Facts): readonly Finding[] {
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
      why: "Rules by the state of a connection, and source NAT of what IPVS forwards, do not work with masq. If you " +
        "have neither, leave it: tracking costs time.",
      commands: setting("net.ipv4.vs.conntrack", "1"),
    });
  }
  return findings;
}
