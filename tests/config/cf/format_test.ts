import { ok, strictEqual } from "node:assert/strict";
import { formatCf } from "../../../src/config/cf/format.ts";
import { parse } from "../../../src/config/cf/parse.ts";
import { sameTree } from "../../../src/config/cf/same_tree.ts";
import { decodeSource } from "../../../src/model/source_text.ts";
import { pure } from "../fixture.ts";

pure("a configuration is laid out evenly, with its remarks and in its order", () => {
  const before = `

# The shop's.
checktimeout=5
quiescent   =no   # gone is gone


autoreload = yes
# Web servers.
virtual=192.0.2.10:80
        service=http   #plain
    # The first one is new.
\t\treal=10.0.0.11:80 gate   10

        request = "/a#b = c"
        # the last word
# about mail
virtual = 192.0.2.20:25
    service = smtp
supervised # as ever


`;
  const after = `# The shop's.
checktimeout = 5
quiescent = no # gone is gone

autoreload = yes

# Web servers.
virtual = 192.0.2.10:80
\tservice = http #plain
\t# The first one is new.
\treal = 10.0.0.11:80 gate   10

\trequest = "/a#b = c"

# the last word
# about mail
virtual = 192.0.2.20:25
\tservice = smtp
supervised # as ever
`;
  strictEqual(formatCf(before), after);
  strictEqual(formatCf(formatCf(before)), formatCf(before));
});

Deno.test("no configuration of the corpus means anything else when it is laid out", () => {
  for (const folder of ["../corpus/", "../../../packaging/examples/", "../../lab/differential/corpus/"]) {
    const url = new URL(folder, import.meta.url);
    for (const { name } of Deno.readDirSync(url)) {
      if (!name.endsWith(".cf")) continue;
      const text = decodeSource(Deno.readFileSync(new URL(name, url)));
      const { tree, problems } = parse(text);
      if (problems.hasErrors) continue;
      const formatted = formatCf(text);
      ok(sameTree(tree, parse(formatted).tree), name);
      strictEqual(formatCf(formatted), formatted, name);
    }
  }
});

pure("lines of a section that are not indented are, from the first that belongs to sections only", () => {
  const flat = `checkinterval = 3
virtual = 192.0.2.10:80
quiescent = yes
# of the real server
real = 10.0.0.11:80 gate
checktimeout = 4
  receive = OK
logfile = /x
virtual = 192.0.2.20:80
    real = 10.0.0.11:80 gate
checktimeout = 5
`;
  strictEqual(
    formatCf(flat),
    `checkinterval = 3

virtual = 192.0.2.10:80
quiescent = yes
\t# of the real server
\treal = 10.0.0.11:80 gate
\tchecktimeout = 4
\treceive = OK
logfile = /x

virtual = 192.0.2.20:80
\treal = 10.0.0.11:80 gate
checktimeout = 5
`,
  );
  ok(parse(flat).problems.hasErrors && !parse(formatCf(flat)).problems.hasErrors);
});
