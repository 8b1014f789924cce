/** The version of this program. The old program's last release called itself v1.186-ha. */
export const VERSION = "2.0.0";

/** What `--version` prints. */
export const VERSION_TEXT = `Linux Director v${VERSION}
ldirectord: keeps the kernel's IPVS table in step with the real servers.
MIT licence. No warranty.
`;
