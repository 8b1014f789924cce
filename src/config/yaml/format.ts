import { parseDocument, type Scalar, type ScalarTag, type Tags } from "yaml";

const LAYOUT = { lineWidth: 0, flowCollectionPadding: false, verifyAliasOrder: false } as const;

/** Returns a configuration in YAML that has no errors, laid out: its remarks, the order of its keys and its values stay. */
export function formatYaml(text: string): string {
  // Without types nothing is a number, a date or a truth value, and written as such: 0x1F would become 0x1f.
  const customTags = (tags: Tags): Tags =>
    tags.flatMap((tag) => {
      if (typeof tag !== "object" || tag.tag !== "tag:yaml.org,2002:str") return [tag];
      return [nothing, asItStands(tag as ScalarTag, text)];
    });
  const options = { prettyErrors: false, uniqueKeys: false, schema: "failsafe", customTags } as const;
  return parseDocument(text, options).toString(LAYOUT);
}

/** A value that is left out. */
const nothing: ScalarTag = {
  tag: "tag:yaml.org,2002:null",
  default: true,
  identify: (value) => value === null,
  test: /^$/,
  resolve: () => null,
  stringify: () => "",
};

/** Writes a value of one line as it stands in the text. */
function asItStands(tag: ScalarTag, text: string): ScalarTag {
  return {
    ...tag,
    stringify(item, ...context) {
      const { range, type } = item as Scalar;
      const source = range && !type?.startsWith("BLOCK") ? text.slice(range[0], range[1]) : "\n";
      return source.includes("\n") ? tag.stringify!(item, ...context) : source;
    },
  };
}
