import { type Asked, type HttpLimits, HttpServer } from "./http_server.ts";
import { healthOf, type HealthQuestion } from "./healthz.ts";
import { METRICS_TYPE, metricsText } from "./metrics.ts";
import { PageFeed } from "./page_feed.ts";
import { isLoopback, parseIp } from "../model/address.ts";
import type { WebAddress } from "../model/web_address.ts";
import type { Answer, StatusSource } from "./status_source.ts";

const PAGE = new URL("page.html", import.meta.url);

/** The web server of the status page. It only reads: there is no request that changes anything. */
export class WebServer {
  readonly #server: HttpServer;
  readonly #feed: PageFeed;
  readonly #source: StatusSource;
  readonly #metrics = new Rendering(({ status }) => metricsText(status));
  readonly #json = new Rendering((answer) => JSON.stringify(answer.status ?? { error: answer.trouble }));
  readonly #page = Deno.readTextFileSync(PAGE);

  /** Listens. Throws `Deno.errors.*` when it cannot. */
  constructor({ address, port }: WebAddress, source: StatusSource, limits?: Partial<HttpLimits>) {
    this.#source = source;
    this.#feed = new PageFeed(source);
    const answer = (asked: Asked) => this.#answer(asked).catch(sorry);
    this.#server = new HttpServer({ hostname: address, port }, answer, limits);
  }

  /** Where it listens. */
  get address(): Deno.NetAddr {
    return this.#server.address;
  }

  /** Resolves when it has ended. */
  get finished(): Promise<void> {
    return this.#server.finished;
  }

  /** Ends it, and every connection. */
  async close(): Promise<void> {
    this.#feed.close();
    await this.#server.close();
  }

  async #answer({ method, url: asked }: Asked): Promise<Response> {
    if (method !== "GET" && method !== "HEAD") {
      return new Response("This page can only be read.\n", {
        status: 405,
        headers: { ...HEADERS, allow: "GET, HEAD" },
      });
    }
    // The client's Host header is in the URL, whatever it says.
    const url = URL.parse(asked);
    if (!url) return new Response("The request's Host is invalid.\n", { status: 400, headers: HEADERS });
    if (this.#isRebound(url)) {
      const text = "This page is for its own host alone: ask for it as localhost, or by its address.\n";
      return new Response(text, { status: 421, headers: HEADERS });
    }
    switch (url.pathname) {
      case "/":
        return this.#pageAnswer();
      case "/events":
        return this.#feed.answer(HEADERS);
      case "/status.json":
        return await this.#statusAnswer();
      case "/metrics": {
        const text = this.#metrics.of(await this.#source.read());
        return new Response(text, { headers: { ...HEADERS, "content-type": METRICS_TYPE } });
      }
      case "/healthz":
        return await this.#healthAnswer({ about: url.searchParams.has("director") ? "director" : "all" });
      default: {
        const name = /^\/healthz\/(.+)$/.exec(url.pathname)?.at(1);
        if (name !== undefined) return await this.#healthAnswer({ about: "virtual", name: decoded(name) });
        const text = "There are /, /status.json, /metrics, /healthz and /healthz/VIRTUAL.\n";
        return new Response(text, { status: 404, headers: HEADERS });
      }
    }
  }

  /**
   * Whether a page of elsewhere may be asking: a browser on this host asks our loopback address for it, once it has had
   * its own name resolve to that.
   */
  #isRebound({ hostname }: URL): boolean {
    const address = parseIp(this.#server.address.hostname);
    return address !== undefined && isLoopback(address) && !/^(\[.*\]|[\d.]+|(.*\.)?localhost)$/.test(hostname);
  }

  /** Nothing but what is in the page runs, and it connects to no other host. */
  #pageAnswer(): Response {
    const nonce = crypto.randomUUID();
    const policy = `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; connect-src 'self'; ` +
      "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    return new Response(this.#page.replaceAll("NONCE", nonce), {
      headers: { ...HEADERS, "content-type": "text/html; charset=utf-8", "content-security-policy": policy },
    });
  }

  async #statusAnswer(): Promise<Response> {
    const answer = await this.#source.read();
    return new Response(this.#json.of(answer), {
      status: answer.status ? 200 : 503,
      headers: { ...HEADERS, "content-type": "application/json" },
    });
  }

  /** For programs that ask whether this director is fit to have the address. */
  async #healthAnswer(question: HealthQuestion): Promise<Response> {
    const known = await this.#source.read();
    if (!known.status) return new Response(`${known.trouble}\n`, { status: 503, headers: HEADERS });
    const { status, lines } = healthOf(known.status, question);
    return new Response(lines.map((line) => `${line}\n`).join(""), { status, headers: HEADERS });
  }
}

/** A text that is made once of each answer, however many ask for it. */
class Rendering {
  readonly #render: (answer: Answer) => string;
  #last: { readonly answer: Answer; readonly text: string } | undefined;

  constructor(render: (answer: Answer) => string) {
    this.#render = render;
  }

  of(answer: Answer): string {
    if (this.#last?.answer !== answer) this.#last = { answer, text: this.#render(answer) };
    return this.#last!.text;
  }
}

const HEADERS = { "cache-control": "no-store", "x-content-type-options": "nosniff", "referrer-policy": "no-referrer" };

/** A part of a path as it was before it was written into a URL; as it stands where it cannot be decoded. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** A bug of ours, told without its insides. */
function sorry(error: unknown): Response {
  console.error(`statuspage: ${error instanceof Error ? error.stack : error}`);
  return new Response("An internal error, which the director's log has.\n", { status: 500, headers: HEADERS });
}
