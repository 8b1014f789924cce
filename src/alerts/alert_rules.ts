/**
 * Every rule of which news of real servers make an alert. Pure. The fallback's have rules of their own: fallback_alerts.ts.
 *
 * | what happened                                             | an alert?                                          |
 * | --------------------------------------------------------- | -------------------------------------------------- |
 * | the state of a real server changed, the table followed    | yes: the table's change, with the reason           |
 * | the same, and the table had nothing to change             | yes: the transition itself                         |
 * | the table followed late, as after a refusal               | yes: clients feel it only now                      |
 * | the table was changed by a start, a reload or a stop only | no: adopted, listed, unlisted or purged by a person |
 * | anything about a virtual service itself                   | no                                                 |
 *
 * So a start over a table that is right is silent, a start over an empty one reports every real server that its first
 * check lets in (`emailalertstatus` can leave out `starting`), and a stop is silent.
 */

import type { DestinationKey } from "../model/table.ts";
import type { AlertState, VirtualService } from "../model/virtual_service.ts";

/** Something that may become an alert, alone or together with what comes after it. */
export interface News {
  readonly kind:
    /** The state of a real server changed. */
    | "transition"
    /** The table follows health. */
    | "change"
    /** The table was changed for another reason, or as part of a start or a reload. */
    | "arrangement";
  readonly virtual: VirtualService;
  readonly server: DestinationKey;
  /** The state of the daemon when it happened. */
  readonly state: AlertState;
  /** As the log has it. */
  readonly text: string;
}

/** One thing that is reported. */
export interface Alert {
  readonly virtual: VirtualService;
  /** The real server that it is about; absent where it is about the virtual service. */
  readonly server?: DestinationKey;
  readonly state: AlertState;
  /** As the log has it: `Deleted real server: 10.0.0.11:80 (192.0.2.10:80)`. */
  readonly text: string;
  /** As the log has it: `Real server 10.0.0.11:80 (192.0.2.10:80) is down: 503 Service Unavailable`. */
  readonly reason?: string;
}

/** One thing that happened: news, and the table's change that followed. */
export interface Happening {
  readonly first: News;
  /** When that came, in milliseconds. */
  readonly at: number;
  followed?: News;
}

/** What happened, in its order: each transition finds the change of the table that belongs to it. */
export class Happenings {
  #happened = new Set<Happening>();
  readonly #waiting = new Map<string, Happening>();

  /** Takes news. Returns the happening that they complete, if they do. */
  add(news: News, at: number): Happening | undefined {
    const subject = `${news.virtual.key} ${news.server}`;
    if (news.kind === "transition") {
      const happening = { first: news, at };
      this.#happened.add(happening);
      this.#waiting.set(subject, happening);
      return undefined;
    }
    const happening = this.#waiting.get(subject) ?? (news.kind === "change" ? { first: news, at } : undefined);
    this.#waiting.delete(subject);
    if (!happening) return undefined;
    if (happening.first !== news) happening.followed = news;
    this.#happened.add(happening);
    return happening;
  }

  /** Takes one out: its alert is sent by itself. Returns the alert; `undefined` when it makes none. */
  takeOut(happening: Happening): Alert | undefined {
    if (!makesAlert(happening)) return undefined;
    this.#happened.delete(happening);
    return alertOf(happening);
  }

  /** The first that makes an alert. */
  get first(): Happening | undefined {
    for (const happening of this.#happened) if (makesAlert(happening)) return happening;
    return undefined;
  }

  /** Takes all out. Returns their alerts. */
  takeAll(): Alert[] {
    const alerts = [...this.#happened].filter(makesAlert).map(alertOf);
    this.#happened = new Set();
    this.#waiting.clear();
    return alerts;
  }
}

function makesAlert({ first: { virtual, state } }: Happening): boolean {
  return virtual.alerts.on.has(state);
}

function alertOf({ first, followed }: Happening): Alert {
  const { virtual, server, state } = first;
  if (!followed) return { virtual, server, state, text: first.text };
  return { virtual, server, state, text: followed.text, reason: first.text };
}
