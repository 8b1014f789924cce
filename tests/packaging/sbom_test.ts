import { deepStrictEqual, ok } from "node:assert/strict";
import { sbom } from "../../tools/packages/sbom.ts";

const LOCK = {
  specifiers: { "npm:mysql2@3.24.5": "3.24.5_@types+node@26.6.6", "npm:@types/pg@8.23.1": "8.23.1" },
  npm: {
    "@types/node@26.6.6": { integrity: "sha512-AAA=" },
    "@types/pg@8.23.1": { integrity: "sha512-AAA=", dependencies: ["@types/node"] },
    "mysql2@3.24.5_@types+node@26.6.6": { integrity: "sha512-AAE=", dependencies: ["@types/node", "@a/b", "x@2.0.0"] },
    "@a/b@1.0.0": { integrity: "sha1-AAI=", dependencies: ["x@1.0.0"] },
    "x@1.0.0": { integrity: "sha512-AAM=" },
    "x@2.0.0": { integrity: "sha512-AAQ=" },
    "unused@1.0.0": { integrity: "sha512-AAU=" },
  },
};
const PROGRAM = { version: "2.0.0", commit: "c0ffee", date: new Date(0), deno: "2.7.11", v8: "14.7" };

Deno.test("the list has the runtime and what the program's libraries are made of", { permissions: "none" }, () => {
  const { components, dependencies } = sbom(LOCK, PROGRAM);
  deepStrictEqual(components.map(({ purl }) => purl), [
    "pkg:github/denoland/deno@v2.7.11",
    "pkg:generic/v8@14.7",
    "pkg:npm/%40a/b@1.0.0",
    "pkg:npm/mysql2@3.24.5",
    "pkg:npm/x@1.0.0",
    "pkg:npm/x@2.0.0",
  ]);
  const references = new Set<string>(["ldirectord", ...components.map((component) => component["bom-ref"])]);
  for (const { ref, dependsOn } of dependencies) ok([ref, ...dependsOn].every((each) => references.has(each)), ref);
  deepStrictEqual(components[3], {
    type: "library",
    "bom-ref": "mysql2@3.24.5_@types+node@26.6.6",
    name: "mysql2",
    version: "3.24.5",
    purl: "pkg:npm/mysql2@3.24.5",
    hashes: [{ alg: "SHA-512", content: "0001" }],
  });
});
