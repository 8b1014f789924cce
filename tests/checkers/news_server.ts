/**
 * INN's server for readers, with one empty group.
 */

import { unpackedAt } from "../../tools/debian_packages.ts";
import { LOOPBACK, type RealServer, runTool, type Site, startServer, untilAccepting } from "./real_server.ts";

const INN = `${unpackedAt("inn2")}/usr/lib/news`;
const PACKAGE = "inn2 (unpacked by deno task setup)";

/** Starts it on all addresses, with everything that it has in a directory of its own. */
export async function startNnrpd(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  const env = { INNCONF: `${directory}/inn.conf`, LD_LIBRARY_PATH: INN };
  for (const path of ["articles", "overview", "run"]) await Deno.mkdir(`${directory}/${path}`);
  const files = {
    "inn.conf": configuration(directory),
    "active": "control 0 0 n\njunk 0 0 n\nlocal.test 0 0 y\n",
    "newsgroups": "",
    "inn-secrets.conf": "",
    "readers.conf": 'auth "all" { hosts: "*" default: "<any>" }\naccess "all" { users: "*" newsgroups: "*" }\n',
    "storage.conf": "method tradspool { newsgroups: * class: 0 }\n",
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${directory}/${name}`, text);
  await runTool(PACKAGE, [`${INN}/bin/makehistory`, "-O", "-I"], "", env);
  const argv = [`${INN}/bin/nnrpd`, "-D", "-f", "-p", `${port}`];
  const server = await startServer({ package: PACKAGE, argv, env, ready: /^/, site });
  await untilAccepting(port, site);
  return server;
}

function configuration(directory: string): string {
  const paths = ["pathdb", "pathetc", "pathlog", "pathtmp", "pathspool"].map((name) => `${name}: ${directory}`);
  return `
    mta: "/bin/true %s"
    organization: test
    domain: example.org
    pathhost: news.example.org
    runasuser: root
    runasgroup: root
    hismethod: hisv6
    ovmethod: tradindexed
    pathnews: ${INN}
    pathrun: ${directory}/run
    patharticles: ${directory}/articles
    pathoverview: ${directory}/overview
    ${paths.join("\n    ")}
  `;
}
