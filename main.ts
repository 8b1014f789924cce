import { runCommand } from "./src/cli/command.ts";

Deno.exit(await runCommand(Deno.args));
