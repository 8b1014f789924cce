import type { CheckTarget } from "../../src/model/check.ts";
import { saysFacts } from "../facts.ts";
import { checkOf, contains, type Manners, verdict, withPeer } from "./peers.ts";

/** Answers every request with the same bytes, then closes. */
export function answers(reply: string): Manners {
  return async (client) => {
    await client.hearUntil("\r\n\r\n");
    await client.say(reply);
  };
}

/** Answers, and leaves the connection open. */
export function answersAndStays(reply: string): Manners {
  return async (client) => {
    await client.hearUntil("\r\n\r\n");
    await client.say(reply);
    await client.gone();
  };
}

/** Answers by path: `/a` -> a whole reply. */
export function site(pages: Record<string, string>): Manners {
  return async (client) => {
    const path = (await client.hearUntil("\r\n\r\n")).split(" ")[1];
    await client.say(pages[path] ?? "HTTP/1.1 404 Not Found\r\n\r\n");
  };
}

/** A reply with the page that {@link asked} looks for. */
export const OK = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nTest Page";
export const asked = { receive: contains("Test Page") };

/** How a server behaves, what it is asked, and the facts in the verdict. */
export interface Row {
  readonly name: string;
  readonly peer: Manners;
  readonly target?: Partial<CheckTarget>;
  readonly verdict: string;
}

/** A test of each row. */
export function tryRows(rows: readonly Row[]): void {
  for (const row of rows) {
    Deno.test(`http: ${row.name}`, async () => {
      await withPeer(row.peer, async (peer) => {
        const said = await verdict(checkOf({ ...peer, ...row.target }));
        saysFacts([said], [row.verdict]);
      });
    });
  }
}
