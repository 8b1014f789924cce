import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { pageNews, pageOf } from "../../src/web/page_rows.ts";
import { entry, realStatus, statusWith } from "./example_status.ts";

const A = "tcp:192.0.2.10:80 10.0.0.11:80";
const B = "tcp:192.0.2.10:80 10.0.0.12:80";
const other = realStatus({ real: "10.0.0.12:80" });

Deno.test({
  name: "the page gets everything at first, curves included",
  permissions: "none",
  fn: () => {
    const news = pageNews(pageOf(statusWith(realStatus(), other)), [entry("connection refused")]);
    deepStrictEqual(Object.keys(news.reals), [A, B]);
    deepStrictEqual(news.curves?.[A], [1, null, 1.25]);
    deepStrictEqual(news.virtuals[0].reals, [A, B]);
    strictEqual(news.events.length, 1);
    strictEqual(news.reals[A].uptime, 99.9);
    deepStrictEqual(news.digest, { configuration: "00000000000c", table: "0000000000ff" });
    strictEqual(news.virtuals[0].about, "shop · tcp · wrr · table 00000000001a");
  },
});

Deno.test({
  name: "then it gets only real servers that have changed",
  permissions: "none",
  fn: () => {
    const before = pageOf(statusWith(realStatus(), other));
    const down = { ...other, state: "down", why: "connection refused" } as const;
    const news = pageNews(pageOf(statusWith(realStatus(), down)), [], before);
    deepStrictEqual(Object.keys(news.reals), [B]);
    strictEqual(news.curves, undefined);
    deepStrictEqual(Object.keys(pageNews(before, [], before).reals), []);
  },
});
