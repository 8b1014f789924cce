import { deepStrictEqual, rejects, strictEqual } from "node:assert/strict";
import { CounterCache } from "../../../src/daemon/records/counter_cache.ts";
import { type CounterReader, type Counters, NONE } from "../../../src/ipvs/counters.ts";
import { IpvsUnavailable } from "../../../src/ipvs/driver.ts";
import type { VirtualKey } from "../../../src/model/table.ts";

/** Counters that are distinguished by the name of their only service. */
function countersOf(name: string): Counters {
  return new Map([[name as VirtualKey, { totals: NONE, rates: NONE, destinations: new Map() }]]);
}

/** A kernel that answers when the test says so, one question after the other. */
class Kernel implements CounterReader {
  readonly asked: PromiseWithResolvers<Counters>[] = [];

  counters(): Promise<Counters> {
    const answer = Promise.withResolvers<Counters>();
    this.asked.push(answer);
    return answer.promise;
  }
}

const namesOf = (counters: Counters | undefined) => [...counters?.keys() ?? []];

Deno.test("counter cache: the kernel is asked once for all that ask at the same time and shortly afterwards", async () => {
  const kernel = new Kernel();
  const cache = new CounterCache(kernel);
  const answers = [cache.read(), cache.read(), cache.read()];
  kernel.asked[0].resolve(countersOf("first"));
  for (const counters of await Promise.all(answers)) deepStrictEqual(namesOf(counters), ["first"]);
  deepStrictEqual(namesOf(await cache.read()), ["first"]);
  strictEqual(kernel.asked.length, 1);
});

Deno.test("counter cache: after a change of the table the kernel is asked anew", async () => {
  const kernel = new Kernel();
  const cache = new CounterCache(kernel);
  for (const [i, name] of ["first", "second"].entries()) {
    const answer = cache.read();
    kernel.asked[i].resolve(countersOf(name));
    deepStrictEqual(namesOf(await answer), [name]);
    cache.forget();
  }
});

Deno.test("counter cache: an answer that a change of the table has overtaken is not kept", async () => {
  const kernel = new Kernel();
  const cache = new CounterCache(kernel);
  const before = cache.read();
  cache.forget();
  kernel.asked[0].resolve(countersOf("before"));
  await before;
  const after = cache.read();
  kernel.asked[1].resolve(countersOf("after"));
  deepStrictEqual(namesOf(await after), ["after"]);
});

Deno.test("counter cache: a kernel that cannot be reached has no counters, and is not asked again at once", async () => {
  const kernel = new Kernel();
  const cache = new CounterCache(kernel);
  const answer = cache.read();
  kernel.asked[0].reject(new IpvsUnavailable("no IPVS in the kernel"));
  deepStrictEqual([await answer, await cache.read()], [undefined, undefined]);
  strictEqual(kernel.asked.length, 1);
});

Deno.test("counter cache: without a reader there are no counters", async () => {
  strictEqual(await new CounterCache(undefined).read(), undefined);
});

Deno.test("counter cache: an error of ours is not passed over, and the next one that asks gets an answer", async () => {
  const kernel = new Kernel();
  const cache = new CounterCache(kernel);
  const failed = rejects(cache.read(), TypeError);
  kernel.asked[0].reject(new TypeError("oops"));
  await failed;
  const answer = cache.read();
  kernel.asked[1].resolve(countersOf("again"));
  deepStrictEqual(namesOf(await answer), ["again"]);
});

Deno.test("counter cache: a kernel that does not answer is not waited for, and not asked twice", async () => {
  const kernel = new Kernel();
  const cache = new CounterCache(kernel);
  strictEqual(await cache.read(), undefined);
  const late = cache.read();
  strictEqual(kernel.asked.length, 1);
  kernel.asked[0].resolve(countersOf("late"));
  deepStrictEqual(namesOf(await late), ["late"]);
});
