import { stringify } from "yaml";

/** Returns a document in YAML, each part of it written out where it stands. */
export function yamlText(document: unknown): string {
  return stringify(document, { aliasDuplicateObjects: false }).trimEnd();
}
