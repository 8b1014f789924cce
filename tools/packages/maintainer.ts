/** Returns who answers for the packages, as Debian's own tools know it: whoever builds them may say who he is. */
export function maintainer(): string {
  const name = Deno.env.get("DEBFULLNAME") ?? "the ldirectord authors";
  return `${name} <${Deno.env.get("DEBEMAIL") ?? "ldirectord@noreply.invalid"}>`;
}
