/**
 * The manual page ldirectord(8).
 */

import { VERB_OPTIONS, VERBS } from "../../src/cli/base/arguments.ts";
import type { Tools } from "../../src/cli/base/tool.ts";
import { VERB_DOCS } from "../../src/cli/help/usage.ts";
import { LINTS } from "../../src/config/lint/lints.ts";
import { FAILURES } from "../../src/model/check.ts";
import { isHelperService } from "../../src/model/service_facts.ts";
import { SPOKEN_SERVICES } from "../../src/model/services.ts";
import { VERSION } from "../../src/model/version.ts";
import { Page } from "./roff.ts";
import { describeTool } from "./tool.ts";

/** The page in roff. */
export function ldirectord8(tools: Tools): string {
  const page = new Page("ldirectord", 8, "2026-11-20", "System Administration", `ldirectord ${VERSION}`);
  page.section("Name").first("ldirectord - keeps the kernel's IPVS table in step with the real servers");
  page.section("Synopsis").first(
    "`ldirectord` [`-d`|`--debug`] [`--foreground`|`--background`] [`--standby`] [`--`] [_config_] " +
      "`start`|`stop`|`restart`|`try-restart`|`reload`|`force-reload`|`status`",
  );
  page.paragraph("`ldirectord` _command_ [_options_] [_arguments_]");
  page.paragraph("`ldirectord` `-h`|`--help`|`-v`|`--version`");
  describe(page);
  page.section("Verbs of the daemon");
  for (const verb of VERBS) page.term(`\`${verb}\``, VERB_DOCS[verb].does, `Exit status: ${VERB_DOCS[verb].exit}.`);
  page.section("Options");
  for (const { spellings, doc } of VERB_OPTIONS) {
    page.term(Object.keys(spellings).map((each) => `\`${each}\``).join(", "), doc);
  }
  page.section("Commands").first("Each says more of itself with `--help`.");
  for (const tool of tools.values()) describeTool(page, tool);
  states(page);
  healthCheck(page);
  notices(page);
  lints(page);
  exitStatus(page);
  json(page);
  signals(page);
  files(page);
  environment(page);
  helperProcess(page);
  examples(page);
  page.section("See also").first(
    "`ldirectord.cf`(5), `ipvsadm`(8), `sysctl`(8), `heartbeat`(8), `systemd.service`(5)",
  );
  return page.toString();
}

function describe(page: Page): void {
  page.section("Description").first(
    "The Linux kernel balances TCP, UDP and SCTP connections over real servers (IPVS, the Linux Virtual Server). It does not " +
      "know whether a real server is alive. `ldirectord` does: it reads a configuration file, checks every real server " +
      "by speaking its protocol, and keeps the kernel's table up to date: real servers that fail a check are taken out, those " +
      "that recover are put back, and a fallback takes over when none is left.",
  );
  page.paragraph(
    "_config_ is looked up as /etc/ha.d/_config_, /etc/ha.d/conf/_config_, then as it stands. Without one it is " +
      "ldirectord.cf, or ldirectord.yaml where there is no such file. Its language is that of `ldirectord.cf`(5).",
  );
  page.paragraph(
    "Each configuration has a daemon of its own. Virtual services that no configuration names are never touched, and " +
      "the table is never flushed.",
  );
}

/** What `check` asks beyond errors. */
function lints(page: Page): void {
  page.section("What check warns of").first(
    "Beside errors, and what would have no effect, `check` asks these questions. `--ignore` leaves one out.",
  );
  for (const [name, { why }] of Object.entries(LINTS)) page.term(`\`${name}\``, why);
}

function exitStatus(page: Page): void {
  page.section("Exit status").first(
    "The verbs have those that cluster managers and scripts know, the commands say their own with `--help`.",
  );
  page.term("`0`", "Done. Of `status`: the daemon is running.");
  page.term("`1`", "Not done. Of `status`: the daemon is gone and has left its pid file.");
  page.term("`2`", "Errors in the configuration; nothing was changed.");
  page.term("`3`", "No daemon runs.");
  page.term("`255`", "The command line is wrong.");
  page.paragraph(
    "`check` exits 0 when there is nothing to say, 1 with warnings, 2 with errors. `plan` exits 0 when there " +
      "is nothing to do, 2 when there are changes, 1 when it cannot be said. `probe` exits 0 when all are up, 1 when one " +
      "is down, 2 when one could not be asked. `doctor` exits 0 when all is well, 1 with advice, 2 with problems. " +
      "`fmt --check` exits 1 when the layout is another. `convert` exits 1 when something could not be carried over, 2 when " +
      "nothing was written. `check-pulse` has the statuses of Nagios plugins.",
  );
}

/** The documents that `--json` prints: contracts, to which fields are only added. */
export const DOCUMENTS: readonly (readonly [command: string, fields: readonly (readonly [string, string])[]])[] = [
  ["check", [
    ["file", "Absolute path of the configuration."],
    ["verdict", "`clean`, `warnings` or `errors`."],
    ["virtuals, reals", "How many virtual services and real servers there are; absent with errors."],
    [
      "problems",
      "Each with `severity` (`error` or `warning`), `line` and `column` (from 1; 0 for the file as a whole), " +
      "`length`, `text`, and where there is one a `hint`; of what is allowed and seldom meant also `lint`, the name that " +
      "`--ignore` takes, and `why`.",
    ],
  ]],
  ["plan", [
    ["file", "Absolute path of the configuration."],
    ["basis", "What was taken for the health of the real servers: `daemon`, `checked` or `assumed`."],
    [
      "changes",
      "In the order in which they would be made. Each with `do` (`add-service`, `edit-service`, " +
      "`delete-service`, `add-destination`, `edit-destination`, `delete-destination`), `virtual` (`protocol` and " +
      "`address`, or `mark` and `family`), `real` where it is about one (`key`, `address`, `port`, `forwarding`, " +
      "`weight`, `upperThreshold`, `lowerThreshold`), and `rule`, the arguments of `ipvsadm`(8).",
    ],
  ]],
  ["probe", [
    ["verdict", "`up`, `down` or `not asked`: the worst of all."],
    [
      "rounds",
      "Each with `method`, `service`, `address`, `port`, `users` (`virtual` and `real` of each that lives by this " +
      "check), `up`, `detail`, `why` where it is down (see below), `durationMs`, and `trace`, the conversation: `atMs` and " +
      "`text` of each line.",
    ],
    [
      "why",
      "Of a round that is down. " +
      `${Object.entries(FAILURES).map(([why, meaning]) => `\`${why}\`: ${meaning}`).join("; ")}.`,
    ],
  ]],
  ["doctor", [
    ["file", "Absolute path of the configuration, where there is one."],
    ["verdict", "`ok`, `advice` or `problem`: the worst of all."],
    [
      "findings",
      "The worst first. Each with `question`, `level`, `what`, and where there is something to do `why` and " +
      "`commands`.",
    ],
    ["address", "Of `--real`, in place of the others: the real server's address."],
    [
      "needs",
      "With it, for each forwarding method: `address`, `forwarding`, `virtuals`, " +
      "`director`, `sameNetwork`, `steps` (`what`, `why`, `commands`), `recipes` (`system`, `files` of `path` and `text`, " +
      "`commands`) and `proof`.",
    ],
  ]],
];

function json(page: Page): void {
  page.section("JSON").first(
    "What `--json` prints is a contract: each document has `version`, which is 1 (the entries of " +
      "`history`, one a line, have none); fields are added, and never taken away or given another " +
      "meaning. Those of `status`, of `history` and of the control socket are described in " +
      "docs/control-socket.md, with a JSON Schema.",
  );
  for (const [command, fields] of DOCUMENTS) {
    page.part(`${command} --json`);
    for (const [name, text] of fields) page.term(name.replace(/\w+/g, (word) => `\`${word}\``), text);
  }
}

function helperProcess(page: Page): void {
  const helped = SPOKEN_SERVICES.filter(isHelperService).map((service) => `\`${service}\``);
  page.section("Helper process").first(
    `Databases and directories (${helped.join(", ")}) are asked by a process of its own, because ` +
      "libraries parse what they answer and a hostile server must not stop the director or take it over. It is this " +
      "program once more, started when the first such check is configured and ended when the last one has gone. It " +
      "runs as `ldirectord`, or as `nobody` where there is no such user; it has no capabilities, can open no sockets and " +
      "start no programs, and its memory is bounded. A director that is not root keeps its user for it. The director " +
      "makes the connections, so `bindto` and `checkmark` hold, and hands over passwords, certificates and keys by a pipe.",
  );
  page.paragraph(
    "It is killed when it does not come back from a reply within three seconds, or when a conversation outlives its deadline by a second, " +
      "and is started again at once. Checks that were under way are made again and do not count as failed. The real " +
      "server in question is asked again by a process of its own; if it ends that one, too, it is down because `the " +
      "reply kept the check from ending`. `ldirectord status` and the log tell of each such end.",
  );
  page.paragraph(
    "Root needs CAP_SETUID and CAP_SETGID to start it; `ldirectord doctor` says whether it can. Where it cannot be " +
      "started, the real servers that it would ask keep the state that they have.",
  );
}

function states(page: Page): void {
  page.section("States of a real server").first(
    "The log, `status`, the page, metrics, the history, `notify` and mails name the same states:",
  );
  page.term("`up`, `down`", "Its checks pass, or one fails.");
  page.term(
    "`unknown`",
    "A check cannot be made, for a reason that lies with this host or the configuration: the command of an external check " +
      "is gone or not executable, a certificate file is missing, there is no libssl, the helper process cannot be started, " +
      "open files run out. The real server stays as it was: a healthy one is not taken out, and a new one does not enter. " +
      "`check-pulse` warns at once, and is CRITICAL when it lasts. Before the first verdict `notify` says unknown, too.",
  );
  page.term("`waiting`", "No check has said anything yet.");
  page.term("`drained`, `disabled`", "An operator ordered it.");
  page.term("`maintenance`", "A file in `maintenancedir` holds it out.");
  page.term("`unchecked`, `off`", "`checktype` is on, or off.");
}

function healthCheck(page: Page): void {
  page.section("Health check").first(
    "`/healthz` of the status page (`statuspage`, or `ldirectord serve`) is for a program that gives a director the clients' address. It " +
      "answers 200 when the director is at work, its table is in the kernel, and each virtual service has a real server " +
      "that serves; else 503, and says why.",
  );
  page.term("/healthz?director", "Leaves the virtual services out: 200 while the director itself is well.");
  page.term(
    "/healthz/_VIRTUAL_",
    "One virtual service alone, by its address and port, mark, or `servicename`; 404 where there is none of that name.",
  );
}

function notices(page: Page): void {
  page.section("Environment of notify").first(
    "The program of `notify` finds in its environment what a webhook is posted (docs/notify.schema.json), empty where a " +
      "post has null:",
  );
  page.term("`LDIRECTORD_TEXT`, `LDIRECTORD_TIME`", "The line of the log, and when it happened.");
  page.term("`LDIRECTORD_HOST`, `LDIRECTORD_CONFIG`", "The director's host, and the path of its configuration.");
  page.term(
    "`LDIRECTORD_VIRTUAL`, `LDIRECTORD_PROTOCOL`, `LDIRECTORD_SERVICE`",
    "The virtual service, and its `servicename`.",
  );
  page.term("`LDIRECTORD_REAL`, `LDIRECTORD_NAMES`", "The real server, and its names in the configuration.");
  page.term("`LDIRECTORD_WAS`, `LDIRECTORD_IS`, `LDIRECTORD_REASON`", "As in the arguments.");
  page.term("`LDIRECTORD_WEIGHT`", "The weight at which it gets clients; 0 when it gets none.");
  page.term(
    "`LDIRECTORD_REALS`, `LDIRECTORD_SERVING`, `LDIRECTORD_UNKNOWN`",
    "How many real servers the virtual service has, how many of them serve, and how many cannot be checked.",
  );
}

function signals(page: Page): void {
  page.section("Signals");
  page.term("`HUP`", "The daemon reads its configuration again, as `reload` has it do.");
  page.term("`TERM`, `INT`, `QUIT`", "The daemon ends, and purges its virtual services unless `cleanstop = no`.");
}

function files(page: Page): void {
  page.section("Files");
  page.term("/etc/ha.d/ldirectord.cf", "The configuration where none is named.");
  page.term(
    "/etc/ha.d/_NAME_, /etc/ha.d/conf/_NAME_",
    "Further configurations, in YAML where the name ends in .yaml or .yml.",
  );
  page.term("/var/run/ldirectord._NAME_.pid", "The daemon's pid. Without a name, _NAME_ is ldirectord.");
  page.term(
    "/var/run/ldirectord._NAME_.lock",
    "Locked (flock(2)) while the daemon runs. Only root can open it, so no other account can keep a director from starting.",
  );
  page.term("/var/run/ldirectord._NAME_.sock", "Its control socket, for root alone.");
  page.term("/var/run/ldirectord._NAME_.pulse", "Shows that the daemon completes checks.");
  page.term("/var/lib/ldirectord/_NAME_.*", "What an operator has ordered, what happened, and uptimes.");
  page.term("/var/log/ldirectord.log", "The log, unless `logfile` names another place.");
}

function environment(page: Page): void {
  page.section("Environment");
  page.term("`NO_COLOR`", "When set, nothing is printed in colour. Colour is for terminals only, anyway.");
  page.paragraph(
    "Programs that are started (check commands, hooks, ipvsadm, sendmail, ping) get an environment that is the same " +
      "however the daemon was started: `PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin` and " +
      "`LANG=C.UTF-8`, and nothing else. A command that needs more sets it itself, as by " +
      "`checkcommand = /usr/bin/env HOME=/root /usr/local/bin/check`.",
  );
}

function examples(page: Page): void {
  page.section("Examples").first("Before the first start: is the file right, is the machine, what will change?");
  page.example(`
# ldirectord check www
# ldirectord doctor www
# ldirectord plan www
# ldirectord www start`);
  page.paragraph("What does the daemon see when it asks the second web server?");
  page.example("# ldirectord probe www 10.0.0.12");
  page.paragraph("Take a server out for half an hour, and wait until its connections have ended:");
  page.example("# ldirectord drain 10.0.0.12 --for 30m --wait");
  page.paragraph("What must be set up on a real server that is reached by direct routing?");
  page.example("# ldirectord doctor --real 10.0.0.12 www");
}
