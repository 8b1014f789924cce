/**
 * The grammars of what the kernel's table takes: schedulers and their flags, netmasks, timeouts.
 */

import { type IpAddress, parseIp } from "../../../model/address.ts";
import type { IpvsTimeouts } from "../../../model/ipvs.ts";
import { type Grammar, mistake, type Reading, value, whole } from "../grammar.ts";
import { quotable } from "../quotes.ts";
import { oneOf } from "./choices.ts";
import { commaSeparated } from "./comma_separated.ts";
import { quoted } from "./quoted.ts";
import { LONGEST_SECONDS } from "./units.ts";

/** The kernel's timeouts of connections, in ipvsadm's order; 0 leaves one as it is. */
export const ipvsTimeouts: Grammar<IpvsTimeouts> = quotable("TCP TCPFIN UDP", (text) => {
  const words = text.split(/\s+/);
  if (words.length !== 3 || !words.every((word) => /^\d+$/.test(word) && Number(word) <= LONGEST_SECONDS)) {
    return mistake(
      whole(text),
      `not three whole numbers of seconds, each at most ${LONGEST_SECONDS}: ${quoted(text)}`,
      "write those of tcp, of tcp after a FIN and of udp, with 0 for one that is to stay as it is: 900 120 300",
    );
  }
  const [tcp, tcpFin, udp] = words.map(Number);
  return value({ tcp, tcpFin, udp });
});

/** The schedulers of Linux, by its modules ip_vs_NAME (net/netfilter/ipvs/Kconfig of 6.12). */
export const LINUX_SCHEDULERS: readonly string[] = [
  ..."rr wrr lc wlc sh mh dh lblc lblcr sed nq fo ovf twos".split(" "),
];

/** The name of an IPVS scheduler. A kernel may have others than {@link LINUX_SCHEDULERS}. */
export const scheduler: Grammar<string> = quotable("name", (text) => {
  if (/^[a-z]{1,15}$/.test(text)) return value(text);
  return mistake(
    whole(text),
    `not the name of a scheduler: ${quoted(text)}`,
    `write one of ${LINUX_SCHEDULERS.join(", ")}`,
  );
});

const SCHEDULER_FLAGS = ["flag-1", "flag-2", "flag-3", "mh-fallback", "mh-port", "sh-fallback", "sh-port"];

const schedulerFlag = oneOf(SCHEDULER_FLAGS);

/** Flags of a scheduler, separated by commas. */
export const schedulerFlags: Grammar<readonly string[]> = quotable("flag,...", (text) => {
  const flags = new Set<string>();
  for (const { word, at } of commaSeparated(text)) {
    const reading = schedulerFlag.read(word);
    if ("mistake" in reading) return mistake({ at, length: word.length }, reading.mistake.text, reading.mistake.hint);
    flags.add(word);
  }
  return value([...flags].sort());
});

/** The granularity of persistence. Which of the two forms is right depends on the section's family. */
export type Netmask =
  | { readonly quad: IpAddress }
  | { readonly prefix: number };

/** A dotted quad with its ones in front, or a prefix length. */
export const netmask: Grammar<Netmask> = quotable("w.x.y.z|prefix length", (text): Reading<Netmask> => {
  if (/^\d+$/.test(text)) {
    const prefix = Number(text);
    if (prefix >= 1 && prefix <= 128) return value({ prefix });
    return mistake(whole(text), "a prefix length is a number from 1 to 128");
  }
  const quad = parseIp(text);
  if (!quad || quad.includes(":")) return mistake(whole(text), `not a netmask: ${quoted(text)}`, "write 255.255.255.0");
  const bits = quad.split(".").reduce((sum, octet) => (sum << 8) | Number(octet), 0);
  const inverse = ~bits;
  if (bits === 0 || (inverse & (inverse + 1)) !== 0) {
    return mistake(
      whole(text),
      `not a netmask: ${quoted(text)}`,
      "its binary ones stand in front, as in 255.255.255.0",
    );
  }
  return value({ quad });
}, { type: ["string", "integer"] });
