import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { DIRECTIVES, findDirective } from "../../src/config/language/directives.ts";
import { formatCf } from "../../src/config/cf/format.ts";
import { parse } from "../../src/config/cf/parse.ts";
import { parseYaml } from "../../src/config/yaml/read.ts";
import { load, model, pure } from "./fixture.ts";

/** Which take an empty value, as the Perl program did with one of these ways of writing it (4.12, tried one by one). */
const MAY_BE_EMPTY = [
  ..."callback fallbackcommand logfile emailalert emailalertfrom emailalertstatus execute maintenancedir checkcommand"
    .split(" "),
  ..."virtualhost schedflags monitorfile servicename comment".split(" "),
];

const names = Object.keys(DIRECTIVES).filter((name) => findDirective(name)!.row.mayBeEmpty);

function text(name: string, value: string): string {
  const [global, own] = findDirective(name)!.row.scope === "virtual"
    ? ["", `    ${name}=${value}\n`]
    : [`${name}=${value}\n`, ""];
  return `quiescent = yes\n${global}virtual = 10.0.0.9:80\n${own}    real = 10.0.0.1:80 gate\n`;
}

pure("an empty value counts as not set, with a warning, where the Perl program took it so", () => {
  deepStrictEqual(names.sort(), MAY_BE_EMPTY.toSorted());
  for (const name of names) {
    for (const value of ["", '""', "''", '" "', '"" # none', "  "]) {
      const { problems } = load(text(name, value));
      deepStrictEqual(
        problems.map(({ severity, hint }) => [severity, hint]),
        [["warning", "leave the line out"]],
        name,
      );
      const without = load(text(name, value).split("\n").filter((line) => !line.includes(name)).join("\n")).model!;
      const strip = (model: unknown) =>
        JSON.stringify(model, (key, value) => key === "line" ? 0 : value instanceof Map ? [...value] : value);
      strictEqual(strip(model(text(name, value))), strip(without), `${name}=${value}`);
    }
  }
});

pure("an empty value of another directive is an error, and never taken for something", () => {
  for (const name of Object.keys(DIRECTIVES).filter((name) => !names.includes(name) && name !== "virtual6")) {
    const { problems } = parse(text(name, ""));
    ok(problems.hasErrors, name);
  }
});

pure("a line without a value is laid out without a blank at its end", () => {
  strictEqual(formatCf("logfile=\n"), "logfile =\n");
});

Deno.test("an empty value counts as not set in YAML, too", () => {
  for (const value of ["", '""', "''", "~"]) {
    const { problems } = parseYaml(
      `virtual:\n  - address: 192.0.2.1:80\n    virtualhost: ${value}\nlogfile: ${value}\n`,
    );
    deepStrictEqual(problems.toSorted().map(({ severity, line, hint }) => [severity, line, hint]), [
      ["warning", 3, "leave the line out"],
      ["warning", 4, "leave the line out"],
    ]);
  }
});
