/**
 * What `--help` and `ldirectord help` print. Pure, given the tools.
 */

import type { Directive } from "../../config/language/directive.ts";
import { docOf, SERVER_DIRECTIVES } from "../../config/language/directive_facts.ts";
import { type DirectiveName, DIRECTIVES, findDirective, REPLACED } from "../../config/language/directives.ts";
import {
  CHECK_TYPE_DOCS,
  lookedAtBy,
  sentinelText,
  SERVICE_DOCS,
  type ServiceDoc,
} from "../../config/language/service_docs.ts";
import { OWN_DOC, OWN_KEY, STRUCTURES } from "../../config/language/structured.ts";
import { closest } from "../../config/language/closest.ts";
import { type Verb, VERB_OPTIONS, VERBS } from "../base/arguments.ts";
import { wrapText } from "../base/wrap_text.ts";
import type { Tools } from "../base/tool.ts";
import { VERB_DOCS } from "./usage.ts";

const WIDTH = 88;

/** The short help. */
export function helpText(tools: Tools): string {
  const verbs = VERBS.filter((verb) => verb !== "force-reload").map((verb) =>
    row(verb, firstPart(VERB_DOCS[verb].does))
  );
  return `Usage: ldirectord [options] [config] start|stop|restart|try-restart|reload|status
       ldirectord COMMAND [options] [arguments]

Checks the real servers of IPVS virtual services and keeps the kernel's table up to
date: real servers that fail a check are taken out, those that recover are put back,
and a fallback takes over when none is left.

The daemon:
${verbs.join("\n")}

Commands:
${[...tools].map(([name, { summary }]) => row(name, capital(summary))).join("\n")}

Options:
${VERB_OPTIONS.map(({ spellings, doc }) => row(Object.keys(spellings).join(", "), firstPart(doc), 28)).join("\n")}

config is looked up as /etc/ha.d/NAME, /etc/ha.d/conf/NAME, then as it stands; without
one it is ldirectord.cf, or ldirectord.yaml.

More: ldirectord COMMAND --help, ldirectord help directives, ldirectord help services,
      ldirectord help DIRECTIVE; the manuals ldirectord(8) and ldirectord.cf(5).
`;
}

/** What is said of a topic, or a line that says which topics there are. */
export function topicText(topic: string, tools: Tools): { readonly text: string; readonly known: boolean } {
  const text = knownTopic(topic, tools);
  if (text !== undefined) return { text, known: true };
  const near = closest(topic, topics(tools));
  const meant = near
    ? `did you mean ${near}?`
    : `write ldirectord help ${GENERAL.join(", ")}, a directive or a command`;
  return { text: `There is no help on ${topic}: ${meant}\n`, known: false };
}

/** All topics. */
export function topics(tools: Tools): readonly string[] {
  return [...GENERAL, ...VERBS, ...tools.keys(), ...Object.keys(DIRECTIVES), ...serviceNames()];
}

const GENERAL = ["directives", "services", "commands", "yaml"];

function knownTopic(topic: string, tools: Tools): string | undefined {
  if (topic === "commands") return helpText(tools);
  if (topic === "directives") return directivesText();
  if (topic === "services") return servicesText();
  if (topic === "yaml") return YAML_TEXT;
  const verb = VERBS.find((known) => known === topic);
  if (verb) return verbText(verb);
  const tool = tools.get(topic);
  // A word may be both: the command is asked about more often, and the directive is mentioned as well.
  const directive = directiveText(topic) ?? serviceText(topic);
  if (tool) return [tool.usage.trimEnd(), ...directive ? ["", directive] : [], ""].join("\n");
  return directive;
}

function verbText(verb: Verb): string {
  const { does, exit } = VERB_DOCS[verb];
  return `Usage: ldirectord [options] [config] ${verb}\n\n${fill(does)}\n\n${fill(`Exit status: ${exit}.`)}\n`;
}

function directivesText(): string {
  const rows = Object.entries<Directive<unknown>>(DIRECTIVES);
  const inScope = (...scopes: readonly string[]) =>
    rows.filter(([, { scope }]) => scopes.includes(scope)).map(([name, { doc }]) => row(name, firstSentence(doc), 20));
  return `Global, in column 0:
${inScope("global").join("\n")}

Global, or in a virtual section:
${inScope("both").join("\n")}

In a virtual section, indented:
${inScope("virtual").join("\n")}

ldirectord help NAME says all of one; the manual is ldirectord.cf(5).
`;
}

const PLACES = {
  global: "global, in column 0",
  virtual: "in a virtual section, indented",
  both: "global, or in a virtual section",
} as const;

function ofServer(name: DirectiveName): string {
  return SERVER_DIRECTIVES.includes(name) ? ", or in the braces of a real server" : "";
}

function directiveText(name: string): string | undefined {
  if (Object.hasOwn(REPLACED, name)) {
    return `${name}: ${fill(REPLACED[name].doc)}\n${fill(`Instead: ${REPLACED[name].hint}`)}\n`;
  }
  const found = findDirective(name);
  if (!found) return undefined;
  const { scope, value, default: without, repeats, outdated } = found.row;
  const lines = [
    `${name} = ${value.form}`,
    "",
    fill(docOf(found.row)),
    "",
    `  where:    ${PLACES[scope]}${ofServer(found.name)}${repeats ? "; may be given more than once" : ""}`,
    `  default:  ${without}`,
  ];
  const users = lookedAtBy(found.name);
  if (users.length > 0) lines.push(row("for:", users.join(", "), 14).slice(2));
  if (outdated) lines.push(`  ${outdated.status}: ${outdated.text}`);
  const structure = STRUCTURES[name];
  if (structure) {
    lines.push("", "In YAML also as a mapping:");
    lines.push(...structure.parts.map((part) => row(part.key, part.doc)));
    if (structure.takesBlock) lines.push(row(OWN_KEY, OWN_DOC));
  }
  return `${lines.join("\n")}\n`;
}

function servicesText(): string {
  const line = ({ names, asked, passes }: ServiceDoc) =>
    row(names.join(", "), plain(`${asked}. Passes: ${passes}.`), 24);
  return `service = …, of a negotiate check:
${SERVICE_DOCS.map(line).join("\n")}

checktype = …, of the other checks:
${CHECK_TYPE_DOCS.map(line).join("\n")}
`;
}

function serviceNames(): readonly string[] {
  return [...SERVICE_DOCS, ...CHECK_TYPE_DOCS].flatMap(({ names }) => names);
}

function serviceText(name: string): string | undefined {
  const doc = [...SERVICE_DOCS, ...CHECK_TYPE_DOCS].find(({ names }) => names.includes(name));
  if (!doc) return undefined;
  const { names, asked, passes, options, sentinel } = doc;
  return [
    `The check of ${names.join(", ")}`,
    "",
    row("asks", plain(asked)),
    row("passes", plain(passes)),
    row("options", options.length > 0 ? options.join(", ") : "none of its own"),
    row("sentinel", plain(sentinelText(sentinel))),
    "",
  ].join("\n");
}

const YAML_TEXT = `A configuration with a name that ends in .yaml or .yml is YAML: the same directives, as mappings
and lists.

    checktimeout: 5
    quiescent: no
    virtual:
      - address: 192.0.2.10:80        # or mark: 1, for a firewall mark
        service: http
        receive: all well
        real:
          - 10.0.0.11:80 masq 10      # as in a configuration file,
          - address: 10.0.0.12:80     # or in parts
            forward: masq
            weight: 20
    virtual6:
      - address: "[2001:db8::10]:80"
        real6: ["[2001:db8:1::11]:80 gate"]

Anchors and merged mappings (<<) work; keys at the top level that begin with x- are left
alone. ldirectord.schema.json lets editors complete and check what is written.
ldirectord convert --to yaml, and --to cf, turn one into the other.
`;

/** A name and what there is to say of it, in lines of a readable width. */
function row(name: string, text: string, indent = 18): string {
  const [first, ...rest] = wrapText(text, WIDTH - indent);
  const head = `    ${name} `.padEnd(indent);
  const lines = head.length > indent ? [head.trimEnd(), `${" ".repeat(indent)}${first}`] : [`${head}${first}`];
  return [...lines, ...rest.map((line) => `${" ".repeat(indent)}${line}`)].join("\n");
}

function fill(text: string): string {
  return wrapText(text, WIDTH).join("\n");
}

function firstSentence(text: string): string {
  return /^.*?[.](?= |$)/s.exec(text)?.[0].slice(0, -1) ?? text;
}

/** Up to the first stop or semicolon. */
function firstPart(text: string): string {
  return text.split(/[.;](?: |$)/)[0];
}

function capital(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}
