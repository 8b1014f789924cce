import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { OrderBook } from "../../../src/daemon/operator/order_book.ts";
import type { RealId } from "../../../src/model/orders.ts";

const WEB1 = "tcp:192.0.2.10:80 10.0.0.11:80" as RealId;
const WEB2 = "tcp:192.0.2.10:80 10.0.0.12:80" as RealId;

/** A book kept in a file; opened again, it is what a restarted daemon finds. */
async function withBook(
  work: (open: () => OrderBook, path: string, complaints: string[]) => Promise<void> | void,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const complaints: string[] = [];
  const path = `${folder}/kept/www.orders.json`;
  try {
    await work(() => new OrderBook(path, (text) => complaints.push(text)), path, complaints);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("orders outlive the daemon, with their times", () =>
  withBook(async (open) => {
    const book = open();
    book.give([WEB1, WEB2], { hold: { value: "drain", since: 1, until: 5 } });
    book.give([WEB1], { weight: { value: 0, since: 2 } });
    await book.save();
    deepStrictEqual(
      [...open().orders],
      [
        [WEB1, { hold: { value: "drain", since: 1, until: 5 }, weight: { value: 0, since: 2 } }],
        [WEB2, { hold: { value: "drain", since: 1, until: 5 }, weight: undefined }],
      ],
    );
  }));

Deno.test("an order ends when its time is over, and the other one of the same real server stays", () => {
  const book = new OrderBook(undefined, () => {});
  book.give([WEB1], { hold: { value: "disable", since: 1, until: 5 }, weight: { value: 7, since: 1 } });
  deepStrictEqual(book.expire(4), []);
  deepStrictEqual(book.expire(5), [{ id: WEB1, order: "disable" }]);
  deepStrictEqual(book.orders.get(WEB1), { hold: undefined, weight: { value: 7, since: 1 } });
  deepStrictEqual(book.takeBack([WEB1, WEB2]), [{ id: WEB1, order: "weight 7" }]);
  strictEqual(book.orders.size, 0);
});

Deno.test("a second order of the same kind replaces the first", () => {
  const book = new OrderBook(undefined, () => {});
  book.give([WEB1], { hold: { value: "drain", since: 1, until: 5 } });
  book.give([WEB1], { hold: { value: "disable", since: 2 } });
  deepStrictEqual(book.expire(9), []);
  deepStrictEqual(book.takeBack([WEB1]), [{ id: WEB1, order: "disable" }]);
});

/** What stands in the file, and what a daemon makes of it. */
const FILES: [what: string, text: string, complains: boolean, orders: number][] = [
  ["half of a file", '{"version":1,"ord', true, 0],
  ["something else", '["hello"]', false, 0],
  [
    "orders of which one cannot be read",
    `{"orders":[{"real":7},{"real":"${WEB1}","hold":{"value":"sing","since":1}},` +
    `{"real":"${WEB2}","weight":{"value":5,"since":1}},{"real":"${WEB1}","weight":{"value":99999,"since":1}}]}`,
    false,
    1,
  ],
];

for (const [what, text, complains, count] of FILES) {
  Deno.test(`${what} in the orders' file: ${count} orders, and nothing is lost`, () =>
    withBook((open, path, complaints) => {
      Deno.mkdirSync(path.slice(0, path.lastIndexOf("/")));
      Deno.writeTextFileSync(path, text);
      strictEqual(open().orders.size, count);
      strictEqual(complaints.length > 0, complains);
      if (complains) strictEqual(Deno.readTextFileSync(`${path}.broken`), text);
    }));
}

for (const [only, taken, left] of [["hold", "drain", "weight"], ["weight", "weight 7", "hold"]] as const) {
  Deno.test(`orders of one kind are taken back, and the other one stays: ${only}`, () => {
    const book = new OrderBook(undefined, () => {});
    book.give([WEB1], { hold: { value: "drain", since: 1 }, weight: { value: 7, since: 1 } });
    deepStrictEqual(book.takeBack([WEB1, WEB2], only), [{ id: WEB1, order: taken }]);
    deepStrictEqual(Object.keys(book.orders.get(WEB1)!), [left]);
    deepStrictEqual(book.takeBack([WEB1], only), []);
  });
}
