/**
 * Makes the first round of this process, which opens what all rounds share, for good. Tests that count descriptors
 * import this file: within a test it would count as that test's leak.
 */

import { freePort } from "../ports.ts";
import { checkOf, verdict } from "./peers.ts";

await verdict(checkOf({ port: freePort() }), "connect");
