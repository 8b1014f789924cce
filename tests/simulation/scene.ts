import type { Life } from "./life.ts";
import type { Timeline } from "./timeline.ts";
import type { World } from "./world.ts";

/** What promises are judged by. */
export interface Scene {
  readonly world: World;
  readonly life: Life;
  readonly timeline: Timeline;
}
