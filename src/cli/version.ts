import { VERSION } from "../daemon/version.ts";

/** What `--version` prints. */
export const VERSION_TEXT = `Linux Director v${VERSION}
ldirectord: keeps the kernel's IPVS table in step with the real servers.
MIT licence. No warranty.
`;
