import { runCommand } from "./src/cli/command.ts";
import { programsEnded } from "./src/system/program.ts";

const status = await runCommand(Deno.args);
await programsEnded();
Deno.exit(status);
