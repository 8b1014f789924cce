import { parseDocument } from "yaml";

/** Lays out a configuration in YAML that has no errors: its remarks and the order of its keys stay. */
export function formatYaml(text: string): string {
  return parseDocument(text, { prettyErrors: false }).toString({ lineWidth: 0, flowCollectionPadding: false });
}
