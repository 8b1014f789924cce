/**
 * What this process and its helper may do.
 */

import { type Check, isAskedByHelper } from "../../model/check.ts";
import { checksOfAll } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** Bits of capabilities(7). */
const CAP_SETGID = 6n;
const CAP_SETUID = 7n;
const CAP_NET_ADMIN = 12n;
const CAP_NET_RAW = 13n;

/** Whether this process has the capabilities that it needs. */
export function permission({ capabilities, ipvsLoaded, table, ...facts }: Facts): readonly Finding[] {
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
}

/** Whether the helper process can be started. */
export function helperProcess({ capabilities, helperUser, isRoot, ...facts }: Facts): readonly Finding[] {
  if (!checksOfAll(facts).some(({ method, target }) => isAskedByHelper(method, target))) return [];
  const lacks = (bit: bigint) => capabilities !== undefined && (capabilities >> bit & 1n) === 0n;
  const why = "Databases and directories are asked by a process without rights, for they may be hostile. Without it " +
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
}

/** Whether the checks may open as many files as they need. */
export function openFiles({ openFiles, ...facts }: Facts): readonly Finding[] {
  const checks = checksOfAll(facts).length;
  const needed = checks * 2 + 100;
  if (openFiles === undefined || checks === 0 || openFiles >= needed) return [];
  return [{
    level: "problem",
    what: `a process may have ${openFiles} files open, and ${checks} checks may need ${needed}`,
    why: "Checks that get no socket cannot be made.",
    commands: ["systemctl edit ldirectord@.service    # [Service] LimitNOFILE=65536"],
  }];
}

function sendsPings({ method, target }: Check): boolean {
  return method === "ping" || (method === "connect" && target.transport === "udp");
}
