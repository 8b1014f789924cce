import { strictEqual } from "node:assert/strict";
import project from "../../deno.json" with { type: "json" };
import { releaseNotes } from "../../tools/packages/release_notes.ts";

const CHANGELOG = "# Changes\n\n## 2.10.0\n\nNew.\n\n### More\n\nNewer.\n\n## 2.1.0\n\nOld.\n";

Deno.test("the notes of a release are its section of the changelog", { permissions: "none" }, () => {
  strictEqual(releaseNotes(CHANGELOG, "2.10.0"), "New.\n\n### More\n\nNewer.\n");
  strictEqual(releaseNotes(CHANGELOG, "2.1.0"), "Old.\n");
  strictEqual(releaseNotes(CHANGELOG, "2.1"), undefined);
});

Deno.test("the changelog has a section for the version that is next", async () => {
  const changelog = await Deno.readTextFile(new URL("../../CHANGELOG.md", import.meta.url));
  strictEqual(typeof releaseNotes(changelog, project.version), "string");
});
