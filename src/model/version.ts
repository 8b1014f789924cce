import project from "../../deno.json" with { type: "json" };

/** The version of this program, as deno.json has it. The Perl program's last release called itself v1.186-ha. */
export const VERSION: string = project.version;

/** The commit that this program was built from. tools/bundle.ts writes it here; a program that runs from its source has none. */
export const COMMIT: string = "unknown";
