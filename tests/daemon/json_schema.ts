/** As much of JSON Schema (2020-12) as our schemas use; properties that a schema does not name are faults. */
export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string;
  readonly format?: string;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema;
}

/** What of the value the schema does not allow, each with its path. */
export function faults(value: unknown, schema: Schema, root: Schema = schema, path = "$"): string[] {
  if (schema.$ref) return faults(value, root.$defs![schema.$ref.slice("#/$defs/".length)], root, path);
  if (schema.anyOf) {
    const tries = schema.anyOf.map((each) => faults(value, each, root, path));
    return tries.some((found) => found.length === 0) ? [] : tries[0];
  }
  if (schema.enum) return schema.enum.includes(value) ? [] : [`${path}: ${value} is not in ${schema.enum}`];
  if (schema.type !== typeOf(value) && !(schema.type === "number" && typeof value === "number")) {
    return [`${path}: ${typeOf(value)} is not ${schema.type}`];
  }
  if (schema.format === "date-time" && !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value as string)) {
    return [`${path}: ${value} is no time`];
  }
  if (Array.isArray(value)) return value.flatMap((each, i) => faults(each, schema.items!, root, `${path}[${i}]`));
  if (schema.type !== "object") return [];
  const members = value as Readonly<Record<string, unknown>>;
  const missing = (schema.required ?? []).filter((name) => !(name in members)).map((name) =>
    `${path}.${name}: missing`
  );
  return Object.entries(members).reduce((found, [name, member]) => {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    return [
      ...found,
      ...known ? faults(member, known, root, `${path}.${name}`) : [`${path}.${name}: not in the schema`],
    ];
  }, missing);
}

function typeOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  return Number.isInteger(value) ? "integer" : typeof value;
}
