/** Returns what CHANGELOG.md says of a version, or `undefined` where it has no section for it. */
export function releaseNotes(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^(?=## )/m);
  const section = sections.find((text) => text.split("\n", 1)[0] === `## ${version}`);
  return section && `${section.slice(section.indexOf("\n")).trim()}\n`;
}
