import { COMMIT, VERSION } from "../../model/version.ts";
import { openIpvs } from "../../ipvs/open_ipvs.ts";

/** What `--version` prints. */
export function versionText(): string {
  return `Linux Director v${VERSION}
ldirectord: keeps the kernel's IPVS table in step with the real servers.
The table is read and changed by ${openIpvs().name} here, unless ipvsdriver says otherwise.
MIT licence. No warranty.`;
}

/** What `--version --json` prints: what runs here, for inventories and reports of faults. */
export function versionDocument(): string {
  const { deno, v8 } = Deno.version;
  const document = { version: VERSION, commit: COMMIT, runtime: { deno, v8 }, driver: openIpvs().name };
  return JSON.stringify(document, undefined, 2);
}
