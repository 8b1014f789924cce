/**
 * Options of a test that needs root, or what `deno task setup` installs. `deno task unit` leaves such tests out, and says how
 * many; every other run has them.
 */
export const needsSetup: { readonly ignore: boolean } = { ignore: Deno.env.get("LDIRECTORD_TESTS") === "unit" };
