/** Returns the maintainer of the packages: DEBFULLNAME and DEBEMAIL name another one, as with Debian's own tools. */
export function maintainer(): string {
  const name = Deno.env.get("DEBFULLNAME") ?? "the ldirectord authors";
  return `${name} <${Deno.env.get("DEBEMAIL") ?? "ldirectord@noreply.invalid"}>`;
}
