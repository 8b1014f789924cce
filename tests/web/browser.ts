/** Switches with which Chromium runs as root and connects to no other host. */
const SWITCHES = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--hide-scrollbars",
  "--remote-debugging-port=0",
];

/** Milliseconds that a page gets to become what it should be. */
const PATIENCE = 15_000;

/** How the page is looked at. */
export interface Look {
  readonly width: number;
  readonly height: number;
  readonly dark?: boolean;
}

/** A page in a real browser: headless Chromium, by its DevTools protocol. */
export class Browser implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #profile: string;
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, (message: Answer) => void>();
  #sent = 0;

  private constructor(child: Deno.ChildProcess, profile: string, socket: WebSocket) {
    this.#child = child;
    this.#profile = profile;
    this.#socket = socket;
    socket.addEventListener("message", ({ data }) => {
      const message: Answer = JSON.parse(data);
      if (message.id !== undefined) this.#waiting.get(message.id)?.(message);
    });
  }

  /** Opens a page. */
  static async open(url: string, look: Look): Promise<Browser> {
    const profile = await Deno.makeTempDir();
    const child = new Deno.Command("chromium", {
      args: [...SWITCHES, `--user-data-dir=${profile}`, "about:blank"],
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const port = await portOf(profile);
    const pages: readonly { readonly type: string; readonly webSocketDebuggerUrl: string }[] = await (
      await fetch(`http://127.0.0.1:${port}/json`)
    ).json();
    const socket = new WebSocket(pages.find(({ type }) => type === "page")!.webSocketDebuggerUrl);
    await new Promise((resolve) => socket.addEventListener("open", resolve, { once: true }));
    const browser = new Browser(child, profile, socket);
    await browser.#call("Emulation.setDeviceMetricsOverride", {
      width: look.width,
      height: look.height,
      deviceScaleFactor: 1,
      mobile: look.width < 700,
    });
    const features = [{ name: "prefers-color-scheme", value: look.dark ? "dark" : "light" }];
    await browser.#call("Emulation.setEmulatedMedia", { features });
    await browser.#call("Page.navigate", { url });
    return browser;
  }

  /** The value of an expression in the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result } = await this.#call("Runtime.evaluate", { expression, returnByValue: true });
    return (result as { readonly result?: { readonly value?: unknown } }).result?.value;
  }

  /** Waits until the expression is true in the page. */
  async becomes(expression: string): Promise<void> {
    for (const end = performance.now() + PATIENCE; performance.now() < end;) {
      if (await this.evaluate(expression) === true) return;
      await new Promise((wake) => setTimeout(wake, 100));
    }
    throw new Error(`never true in the page: ${expression}\n${await this.evaluate("document.body.innerText")}`);
  }

  /** The page as a PNG. */
  async screenshot(): Promise<Uint8Array> {
    const { result } = await this.#call("Page.captureScreenshot", { format: "png" });
    return Uint8Array.fromBase64((result as { readonly data: string }).data);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#socket.addEventListener("close", resolve, { once: true }));
    this.#socket.close();
    this.#child.kill("SIGKILL");
    await Promise.all([closed, this.#child.status]);
    await Deno.remove(this.#profile, { recursive: true }).catch(() => {});
  }

  async #call(method: string, params: Readonly<Record<string, unknown>>): Promise<Answer> {
    const id = ++this.#sent;
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting.set(id, resolve);
    this.#socket.send(JSON.stringify({ id, method, params }));
    const answer = await promise;
    this.#waiting.delete(id);
    if (answer.error) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer;
  }
}

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** Chromium writes down where it listens as soon as it does. */
async function portOf(profile: string): Promise<number> {
  for (const end = performance.now() + PATIENCE; performance.now() < end;) {
    const text = await Deno.readTextFile(`${profile}/DevToolsActivePort`).catch(() => "");
    const port = Number(text.split("\n")[0]);
    if (port > 0) return port;
    await new Promise((wake) => setTimeout(wake, 100));
  }
  throw new Error("chromium does not start");
}
