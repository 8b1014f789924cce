/**
 * The JSON Schema of a configuration in YAML, made from the table of directives: what editors complete and underline.
 */

import type { Directive, Scope, StepList } from "../language/directive.ts";
import { docOf, SERVER_DIRECTIVES } from "../language/directive_facts.ts";
import { DIRECTIVES, findDirective } from "../language/directives.ts";
import { isList, type Schema } from "../language/grammar.ts";
import { STEP_LISTS, stepsOf } from "../language/step_lists.ts";
import { OWN_DOC, OWN_KEY, type Part, type Structure, structureOf } from "../language/structured.ts";

/** The schema. */
export function configurationSchema(): Schema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "Configuration of ldirectord",
    type: "object",
    properties: {
      ...propertiesOf("global"),
      virtual: listOf({ $ref: "#/definitions/virtual" }, DIRECTIVES.virtual.doc),
      virtual6: listOf({ $ref: "#/definitions/virtual6" }, DIRECTIVES.virtual6.doc),
    },
    patternProperties: { "^x-": {} },
    additionalProperties: false,
    definitions: { virtual: sectionSchema(4), virtual6: sectionSchema(6), check: ownSchema() },
  };
}

/** A section, without the directives that belong to the other address family. */
function sectionSchema(family: 4 | 6): Schema {
  const properties = Object.entries(propertiesOf("virtual")).filter(([name]) =>
    (findDirective(name)?.row.family ?? family) === family
  );
  return {
    type: "object",
    properties: {
      address: oneOrSome({ type: "string" }, "The address and port that clients connect to; IPv6 in brackets."),
      mark: oneOrSome({ type: "integer", minimum: 1, maximum: 4_294_967_295 }, "The firewall mark of their packets."),
      ...Object.fromEntries(properties),
      ...Object.fromEntries(STEP_LISTS.map((list) => [list, stepsSchema(list)])),
    },
    anyOf: [{ required: ["address"] }, { required: ["mark"] }],
    additionalProperties: false,
  };
}

/** What is for one real server alone. */
function ownSchema(): Schema {
  const names = SERVER_DIRECTIVES.filter((name) => findDirective(name)!.row.stepOf === undefined);
  return {
    type: "object",
    description: OWN_DOC,
    properties: {
      ...Object.fromEntries(names.map((name) => [name, directiveSchema(name, DIRECTIVES[name])])),
      ...Object.fromEntries(STEP_LISTS.map((list) => [list, stepsSchema(list)])),
    },
    additionalProperties: false,
  };
}

function propertiesOf(scope: Exclude<Scope, "both">): Record<string, Schema> {
  const rows = Object.entries<Directive<unknown>>(DIRECTIVES).filter(([, row]) =>
    (row.scope === scope || row.scope === "both") && !row.opens && !row.stepOf
  );
  return Object.fromEntries(rows.map(([name, row]) => [name, directiveSchema(name, row)]));
}

function directiveSchema(name: string, row: Directive<unknown>): Schema {
  const structure = structureOf(name);
  const text: Schema = row.value.schema ?? { type: "string" };
  const value = structure ? { anyOf: [text, partsSchema(structure)] } : isList(row.value) ? listedSchema() : text;
  const described = { description: docOf(row), ...row.outdated ? { deprecated: true } : {} };
  if (row.repeats) return listOf(value, docOf(row));
  return "enum" in value || "type" in value ? { ...described, ...value } : { ...described, allOf: [value] };
}

/** A list of mappings with one directive each. */
function stepsSchema(list: StepList): Schema {
  const steps = stepsOf(list).map((name): Schema => {
    const row: Directive<unknown> = DIRECTIVES[name];
    const properties = { [name]: { description: docOf(row), ...row.value.schema ?? { type: "string" } } };
    return { type: "object", properties, required: [name], additionalProperties: false };
  });
  return {
    description: `The steps ${stepsOf(list).join(" and ")}, from first to last.`,
    type: "array",
    items: { anyOf: steps },
  };
}

/** Words in one text with commas between, or one by one. */
function listedSchema(): Schema {
  const word = { type: ["string", "integer"] };
  return { anyOf: [word, { type: "array", items: word, minItems: 1 }] };
}

/** Several share the section. */
function oneOrSome(item: Schema, description: string): Schema {
  return { description, anyOf: [item, { type: "array", items: item, minItems: 1 }] };
}

function listOf(item: Schema, description: string): Schema {
  return { description, anyOf: [item, { type: "array", items: item }] };
}

function partsSchema({ parts, takesBlock }: Structure): Schema {
  return {
    type: "object",
    properties: {
      ...Object.fromEntries(parts.map((part) => [part.key, partSchema(part)])),
      ...takesBlock ? { [OWN_KEY]: { $ref: "#/definitions/check" } } : {},
    },
    required: parts.filter(({ required }) => required).map(({ key }) => key),
    additionalProperties: false,
  };
}

function partSchema({ doc: description, pattern, least, most }: Part): Schema {
  if (pattern) return { description, type: "string", pattern };
  if (least === undefined) return { description, type: "string" };
  return { description, type: "integer", minimum: least, ...most === undefined ? {} : { maximum: most } };
}
