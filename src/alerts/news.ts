/**
 * Every rule of which news make an alert. Pure.
 *
 * | what happened                                             | an alert?                                          |
 * | --------------------------------------------------------- | -------------------------------------------------- |
 * | a real server came up or went down, the table followed    | yes: the table's change, with the reason           |
 * | the same, and the table had nothing to change             | yes: the transition itself                         |
 * | the fallback's turn began or ended, the table followed    | yes: the table's change, with the reason           |
 * | the same, and the table had nothing to change             | no: it stands there already, or there is none      |
 * | the table followed late, as after a refusal               | yes: clients feel it only now                      |
 * | the table was changed by a start, a reload or a stop only | no: adopted, listed, unlisted or purged by a person |
 * | anything about a virtual service itself                   | no                                                 |
 * | a real server is still down                               | yes, every `emailalertfreq` seconds                |
 *
 * So a start over a table that is right is silent, a start over an empty one tells of every real server that its first
 * check lets in (`emailalertstatus` can leave out `starting`), and a stop is silent.
 */

import type { DestinationKey } from "../model/table.ts";
import type { AlertState, VirtualService } from "../model/virtual_service.ts";

/** Something that may become an alert, alone or together with what comes after it. */
export interface News {
  readonly kind:
    /** A real server came up or went down. */
    | "transition"
    /** The fallback's turn began or ended. */
    | "fallback"
    /** The table follows health. */
    | "change"
    /** The table was changed for another reason, or as part of a start or a reload. */
    | "arrangement"
    /** A real server is still down. */
    | "reminder";
  readonly virtual: VirtualService;
  /** The real server or the fallback. */
  readonly server: DestinationKey;
  /** The state of the daemon when it happened. */
  readonly state: AlertState;
  /** As the log has it. */
  readonly text: string;
  /** Of a reminder: what the log said when the real server went down. */
  readonly reason?: string;
}

/** One thing that somebody is told. */
export interface Alert {
  readonly virtual: VirtualService;
  readonly state: AlertState;
  /** As the log has it: `Deleted real server: 10.0.0.11:80 (192.0.2.10:80)`. */
  readonly text: string;
  /** As the log has it: `Real server 10.0.0.11:80 (192.0.2.10:80) is down: 503 Service Unavailable`. */
  readonly reason?: string;
}

/** The alerts that news of a few seconds amount to, in their order; what is only repeated comes last. */
export function alertsOf(news: readonly News[]): Alert[] {
  const told: Pair[] = [];
  const repeated: Pair[] = [];
  const waiting = new Map<string, Pair>();
  for (const item of news) {
    const subject = `${item.virtual.key} ${item.server}`;
    const pair = waiting.get(subject);
    switch (item.kind) {
      case "transition":
      case "fallback":
        told.push({ first: item });
        waiting.set(subject, told.at(-1)!);
        break;
      case "change":
      case "arrangement":
        if (pair) pair.followed = item;
        else if (item.kind === "change") told.push({ first: item });
        waiting.delete(subject);
        break;
      case "reminder":
        repeated.push({ first: item });
    }
  }
  return [...told, ...repeated].filter(isTold).map(alertOf);
}

/** News, and the table's change that followed. */
interface Pair {
  readonly first: News;
  followed?: News;
}

function isTold({ first, followed }: Pair): boolean {
  return first.virtual.alerts.on.has(first.state) && (first.kind !== "fallback" || followed !== undefined);
}

function alertOf({ first, followed }: Pair): Alert {
  const { virtual, state } = first;
  if (!followed) return { virtual, state, text: first.text, reason: first.reason };
  return { virtual, state, text: followed.text, reason: first.text };
}
