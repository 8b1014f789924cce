import type { HistoryEntry } from "../control/history.ts";
import { type Page, pageNews, pageOf } from "./page_rows.ts";
import type { StatusSource } from "./status_source.ts";

/** Milliseconds between two news. */
const PERIOD = 2_000;

/** Pages that may look at the same time. */
const MOST = 64;

/** News that a page may leave unread until it is sent away; it comes back by itself when it can. */
const MOST_UNREAD = 15;

interface Viewer {
  readonly controller: ReadableStreamDefaultController<Uint8Array>;
  /** What it shows; absent = nothing, or something old. */
  shows?: Page;
  lastEvent?: HistoryEntry;
  unread: number;
}

/** Sends the pages what is new, as server-sent events (HTML standard, 9.2). Asks the director only while a page is open. */
export class PageFeed {
  readonly #source: StatusSource;
  readonly #viewers = new Set<Viewer>();
  #timer: number | undefined;

  constructor(source: StatusSource) {
    this.#source = source;
  }

  /** A new viewer's answer, which goes on until one of the two has enough. */
  answer(headers: Readonly<Record<string, string>>): Response {
    if (this.#viewers.size >= MOST) {
      return new Response(`${MOST} pages are open already.\n`, {
        status: 503,
        headers: { ...headers, "retry-after": "10" },
      });
    }
    let viewer: Viewer | undefined;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        viewer = { controller, unread: 0 };
        this.#viewers.add(viewer);
        this.#send(viewer);
      },
      cancel: () => {
        if (viewer) this.#forget(viewer);
      },
    });
    this.#timer ??= setInterval(() => this.#sendAll(), PERIOD);
    return new Response(stream, { headers: { ...headers, "content-type": "text/event-stream" } });
  }

  /** Sends everybody away. */
  close(): void {
    for (const viewer of this.#viewers) this.#dismiss(viewer);
    clearInterval(this.#timer);
  }

  #sendAll(): void {
    if (this.#viewers.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    for (const viewer of this.#viewers) this.#send(viewer);
  }

  async #send(viewer: Viewer): Promise<void> {
    // A client that does not read is sent nothing more until it has.
    if ((viewer.controller.desiredSize ?? 0) <= 0) {
      if (++viewer.unread > MOST_UNREAD) this.#dismiss(viewer);
      return;
    }
    viewer.unread = 0;
    const answer = await this.#source.read();
    if (!this.#viewers.has(viewer)) return;
    if (!answer.status) return send(viewer, "trouble", answer.trouble);
    const page = this.#pageOf(answer.status);
    const news = pageNews(page, eventsAfter(answer.events, viewer.lastEvent), viewer.shows);
    viewer.shows = page;
    viewer.lastEvent = answer.events.at(-1);
    send(viewer, "news", news);
  }

  #page: Page | undefined;

  /** One page for all viewers of the same status. */
  #pageOf(status: Page["status"]): Page {
    if (this.#page?.status !== status) this.#page = pageOf(status);
    return this.#page;
  }

  #forget(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  #dismiss(viewer: Viewer): void {
    this.#forget(viewer);
    viewer.controller.close();
  }
}

function send({ controller }: Viewer, event: string, data: unknown): void {
  controller.enqueue(new TextEncoder().encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
}

function eventsAfter(events: readonly HistoryEntry[], last: HistoryEntry | undefined): readonly HistoryEntry[] {
  return last ? events.slice(events.lastIndexOf(last) + 1) : events;
}
