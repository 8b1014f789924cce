/** The version of this program. The old program's last release called itself v1.186-ha. */
export const VERSION = "2.0.0";
