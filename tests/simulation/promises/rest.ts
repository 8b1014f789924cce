import { keyOf } from "../../director/fixture.ts";
import { expectedTable, type Truth } from "../oracle.ts";
import { type Ordered, VIRTUALS } from "../scenario.ts";
import type { Scene } from "../scene.ts";

/** When all has come to rest, the table holds what the rules say, and the director knows it. */
export function checkRest({ world, life, timeline }: Scene): void {
  const { director } = life;
  if (!director.inStep) timeline.violate(`it says that the table is not in step: ${director.trouble}`);
  const expected = expectedTable(truthOf({ world, life, timeline }));
  let serving = 0;
  for (const at of VIRTUALS) {
    const [want, service] = [expected.get(at)?.entries, world.table.now.get(keyOf(at))];
    if (want === undefined && (service === undefined || world.left.has(at))) continue;
    const is = new Map([...service?.destinations ?? []].map(([key, { weight }]) => [key as string, weight]));
    const all = new Set([...is.keys(), ...want?.keys() ?? []]);
    const isRight = service !== undefined && want !== undefined &&
      [...all].every((real) =>
        world.byHand.allows(at, real, is.get(real), want.get(real)) || world.mayLack(want.get(real), is.get(real))
      );
    if (!isRight) {
      timeline.violate(
        `${at} holds ${service && listed(is)} in place of ${want && listed(want)}${world.byHand.shown(at)}`,
      );
    }
    // One that waits for the quorum does not serve, whatever weight it was given by hand.
    for (const real of expected.get(at)?.serving ?? []) if (is.get(real)) serving++;
  }
  if (director.healthCounts.serving !== serving) {
    timeline.violate(`it says that ${director.healthCounts.serving} real servers serve, and ${serving} do`);
  }
}

function truthOf({ world, life }: Scene): Truth {
  return {
    config: life.sketches,
    isUp: (real) => world.servers.get(real)!.up,
    isMaintained: (real) => world.maintained.includes(real),
    orders: (virtual, real) => {
      const { hold, weight } = world.ordersOf(virtual, real);
      return new Set([...hold ? [hold.value] : [], ...weight ? [`weight ${weight.value}` as Ordered] : []]);
    },
  };
}

function listed(entries: ReadonlyMap<string, number>): string {
  return [...entries].map(([real, weight]) => `${real} ${weight}`).sort().join(", ");
}
