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

/** Returns the finding that something is well. */
export function ok(what: string): Finding {
  return { level: "ok", what };
}

/** Returns the commands that set a kernel's setting now, and for the next boot: a module's is there when the module is. */
export function setting(name: string, value: string): readonly string[] {
  const module = name.startsWith("net.ipv4.vs.") ? "ip_vs" : name.includes("nf_conntrack") ? "nf_conntrack" : undefined;
  return [
    `sysctl -w ${name}=${value}`,
    `echo '${name} = ${value}' >> /etc/sysctl.d/90-ldirectord.conf`,
    ...module ? [`echo ${module} > /etc/modules-load.d/${module}.conf`] : [],
  ];
}
