/**
 * The program touches no file but those on this list, whatever it does: above all it looks for no code elsewhere.
 */

import { deepStrictEqual, match, notStrictEqual, strictEqual } from "node:assert/strict";
import { illServers } from "../services/ill_site.ts";
import { network, REAL } from "../services/configuration.ts";
import { ServersOfAllKinds } from "../services/servers.ts";
import { configuration } from "../services/services.ts";
import { sibling6 } from "../world/addresses.ts";
import { PROGRAM } from "../world/director.ts";
import { scenario } from "../world/scenario.ts";
import { touchesIn, writeTracedProgram } from "../world/trace.ts";

const SCRIPT = "/run/traced-ldirectord";
const TRACES = "/run/traces";

/** Under strace every system call is dear, and the start makes a hundred checks at once. */
const SECONDS = "150";

/** Shows top on a terminal, and types q when it shows the configuration's name. */
const TOP = `
  export TERM=xterm LANG=C.UTF-8
  { until grep -q www /run/top.shown; do sleep 0.2; done; printf q; until [ -e /run/top.ended ]; do sleep 0.1; done; } |
  { script -qefc 'stty rows 24 cols 80; exec ${SCRIPT} top' /run/top.shown; touch /run/top.ended; }`;

/** What the program may touch, and why. */
const ALLOWED: readonly RegExp[] = [
  // The program, and what the dynamic loader reads for it and for the system's OpenSSL.
  new RegExp(`^${PROGRAM}$`),
  /^\/etc\/ld\.so\.(preload|cache)$/,
  /^\/(usr\/)?lib\/(x86_64-linux-gnu\/)?lib[\w.+-]+\.so(\.\d+)*$/,
  /^lib(c|ssl|crypto)\.so(\.[\d.]+)?$/,
  /^\/usr\/lib\/ssl\/(openssl\.cnf|cert\.pem|certs(\/[0-9a-f]+\.\d+)?)$/,
  // The kernel: the machine, its processes, its settings, and randomness.
  /^\/proc\//,
  /^\/(usr\/)?lib\/(uml\/)?modules\/[\w.-]+(\/(modules\.(builtin|dep)|config))?$/,
  /^\/boot(\/config-[\w.-]+)?$/,
  /^\/sys\/(devices\/system\/cpu|fs\/cgroup)\b/,
  /^\/sys\/class\/net(\/[\w.-]+\/flags)?$/,
  /^\/dev\/(u?random|null|tty|log|pts\/\d*)?$/,
  // Time zone, names and accounts, by the C library.
  /^\/etc\/(localtime|services|hosts|host\.conf|nsswitch\.conf|resolv\.conf|gai\.conf|passwd|group)$/,
  /^\/usr\/share\/zoneinfo\//,
  /^\/etc\/ssl\//,
  // Our own files, and what the configuration names.
  /^\/etc\/ha\.d(\/|$)/,
  /^\/(var\/)?run$/,
  /^\/(var\/)?run\/ldirectord\b/,
  /^\/var\/lib\/ldirectord(\/|$)/,
  /^\/var\/log\/ldirectord\.log$/,
  // Programs that it starts or asks for, and Debian's other folders for them.
  /^\/(usr\/)?(local\/)?s?bin\/(birdc|env|ipvsadm|modprobe|perl|pgrep|ping|sendmail|true)$/,
];

/** The checks that are no service's. */
const OTHER_CHECKS = ["connect", "ping", "external", "external-perl", "on", "off", "3"].map((type, i) => `
virtual = 192.0.2.10:${9000 + i}
    real = ${REAL}:80 masq
    service = http
    checktype = ${type}
    checkcommand = /bin/true
    ${type === "connect" ? "agentport = 7777" : "# no agent"}
    notify = /bin/true
    fallbackcommand = /bin/true
    scheduler = rr
`).join("");

/** Folders on the way to a file are looked at as well, as is an open file by its descriptor alone. */
function isAncestor(path: string): boolean {
  return path === "" || ANCESTORS.some((known) => `${known}/`.startsWith(path === "/" ? path : `${path}/`));
}

const ANCESTORS = [
  PROGRAM,
  "/etc",
  "/run",
  "/lib/modules",
  "/usr/lib/modules",
  "/usr/lib/uml/modules",
  "/var/lib",
  "/var/log",
];

scenario("no file is touched but those on the list, by the daemon, each check and each command", async (world) => {
  const { director, reals } = world;
  const net = network(4);
  await reals.are([REAL]);
  await writeTracedProgram(SCRIPT, PROGRAM, TRACES);
  await using _servers = await ServersOfAllKinds.start({ v4: REAL, v6: sibling6(REAL), namespace: "r11" });
  await using _ill = await illServers(net.ill);
  const text = `statuspage = 127.0.0.1:9780\nlogfile = /var/log/ldirectord.log\n${
    configuration(net, ["closes", "garbage"])
  }\n${OTHER_CHECKS}`;
  await Deno.mkdir("/etc/ha.d", { recursive: true });
  await Deno.writeTextFile("/etc/ha.d/keepalived.conf", "virtual_server 192.0.2.10 80 {\n  lb_algo rr\n}\n");
  await director.configure(text);
  const traced = (...words: string[]) => director.host.outcomeOf("timeout", SECONDS, SCRIPT, ...words);
  strictEqual((await traced("www", "start")).code, 0);
  await director.logs(/Starting Linux Director/);

  const tools: readonly (readonly string[])[] = [
    ["www", "status"],
    ["www", "status", "--json"],
    ["check", "www"],
    ["plan", "www"],
    ["probe", "www"],
    ["doctor", "www"],
    ["fmt", "/etc/ha.d/www"],
    ["convert", "--to", "yaml", "/etc/ha.d/www"],
    ["convert", "--from", "keepalived", "/etc/ha.d/keepalived.conf"],
    ["drain", REAL],
    ["enable", REAL],
    ["probe", `http://${REAL}/`],
    ["history"],
    ["check-pulse", "www"],
    ["complete", "--", "drain", ""],
    ["help", "virtual"],
    ["--version"],
    ["www", "reload"],
  ];
  for (const words of tools) notStrictEqual((await traced(...words)).code, 124, `${words.join(" ")} ends in time`);
  match((await director.host.outcomeOf("timeout", SECONDS, "sh", "-c", TOP)).stdout, /www/);
  strictEqual((await traced("www", "stop")).code, 0);

  const touches = touchesIn(TRACES).filter(({ program }) => program === PROGRAM || program.startsWith("/proc/"));
  const paths = touches.map(({ path }) => path);
  const strange = paths.filter((path) => !isAncestor(path) && !ALLOWED.some((allowed) => allowed.test(path)));
  deepStrictEqual([...new Set(strange)].sort(), []);
  strictEqual(touches.length > 100, true, "the traces were read");
}, SCRIPT);
