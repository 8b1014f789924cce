/**
 * Every directive of the configuration language, in one table: where it may stand, how its value is
 * written, what holds without it, what it does. The parser reads this table, and so does whatever
 * explains the language to people and programs.
 */

import { protocolOf, SERVICE_ROWS, servicesThatLookAt } from "../../model/service_facts.ts";
import { alsoCheck } from "./also_check.ts";
import type { Directive, Replaced } from "./directive.ts";
import * as endpoints from "./endpoints.ts";
import type { Grammar } from "./grammar.ts";
import * as checkTypes from "./values/check_type.ts";
import * as announcing from "./values/announce.ts";
import * as choices from "./values/choices.ts";
import * as commands from "./values/commands.ts";
import * as dialogue from "./values/dialogue.ts";
import * as durations from "./values/durations.ts";
import * as lists from "./values/real_list.ts";
import * as hosts from "./values/hosts.ts";
import * as http from "./values/http.ts";
import * as ipvs from "./values/ipvs.ts";
import * as mail from "./values/mail.ts";
import * as numbers from "./values/numbers.ts";
import * as paths from "./values/paths.ts";
import * as texts from "./values/texts.ts";

const UNSET = "unset";

/** Returns words as a sentence names them: `a, b or c`. */
function listed(words: readonly string[], last: "and" | "or"): string {
  return words.join(", ").replace(/, ([^,]*)$/, ` ${last} $1`);
}

function servicesThatNeedLogin(): readonly string[] {
  const needs = ([service]: typeof SERVICE_ROWS[number]) =>
    protocolOf(service)?.needs?.some(({ directive }) => directive === "login");
  return SERVICE_ROWS.filter(needs).map(([service]) => service);
}

/** The table. */
export const DIRECTIVES = {
  virtual: {
    scope: "global",
    value: endpoints.serviceHeads,
    default: UNSET,
    family: 4,
    opens: true,
    repeats: true,
    doc: "Opens the section of an IPv4 virtual service: the address and port that clients connect to, or the " +
      "firewall mark of their packets. The indented lines below it are the section's. Several with commas between share " +
      "the section, as if it were written for each of them (new): what depends on the port, as service, is that of each.",
  },
  virtual6: {
    scope: "global",
    value: endpoints.serviceHeads,
    default: UNSET,
    family: 6,
    opens: true,
    repeats: true,
    doc:
      "Opens the section of an IPv6 virtual service, its address in brackets, or of a firewall mark of IPv6 packets; or of " +
      "several, with commas between.",
  },
  real: {
    scope: "virtual",
    value: endpoints.realServer,
    default: UNSET,
    family: 4,
    repeats: true,
    takesBlock: true,
    doc: "A real server, or one for each address of a range. The forwarding method is direct routing (gate), NAT " +
      "(masq) or IP-in-IP (ipip; in UDP by GUE as ipip:gue:6080, or by GRE as ipip:gre, with Linux 5.3 and later: new). Weight 1 unless given. A pair of quoted strings replaces the section's request " +
      "and receive for this server; a request that begins with http:// or https:// is asked where it " +
      "says. The kernel stops sending it connections at u:n and resumes below l:n. Checks go to the " +
      "address after checkip: instead of the server's own (new; IPv6 in brackets, for a range a range), and their " +
      "packets carry the mark after checkmark: instead of the section's (new). label=web2 gives it a name, which is shown " +
      "beside its address and taken by drain and the like (new). A line that ends in { is followed by the directives of a " +
      "check of its own, each on a line, up to a line with } alone: what changes checks, failurecount, risecount, alsocheck, " +
      "agentport, weightfile or sentinel. They count for this server in place of the section's (new).",
  },
  reals: {
    scope: "virtual",
    value: lists.realList,
    default: UNSET,
    repeats: true,
    since: "2.0",
    doc:
      "Real servers that are listed elsewhere. dns:NAME:PORT is all addresses of a name, IPv4 or IPv6 as the section; what " +
      "follows is that of a real line. srv:NAME takes port and weight from the SRV records with the least priority. " +
      "file:/PATH has one real line each (without real =); it is read again when it changes. Names are looked up each " +
      "resolveinterval. A look-up that fails changes nothing and is logged. An address that is missing twice in a row is " +
      "removed, as a reload would remove it; resolvemin of them always stay.",
  },
  resolveinterval: {
    scope: "both",
    value: durations.secondsOfLookUps,
    default: "30",
    since: "2.0",
    doc: "Seconds between two look-ups of a name in reals, at least 5. Where the answer has a shorter time to live, " +
      "that counts instead, down to 5 seconds.",
  },
  resolvemin: {
    scope: "both",
    value: numbers.leastEntries,
    default: "1",
    since: "2.0",
    doc: "The number of real servers of each list in reals that always stay, even if a look-up or the file has fewer.",
  },
  real6: {
    scope: "virtual",
    value: endpoints.realServer,
    default: UNSET,
    family: 6,
    repeats: true,
    takesBlock: true,
    doc: "A real server of a virtual6 section, its address in brackets; otherwise as real.",
  },
  include: {
    scope: "global",
    value: paths.includePath,
    default: UNSET,
    repeats: true,
    isFreeText: true,
    endsSection: true,
    since: "2.0",
    doc:
      "Reads other files in this place: one by its path, or all that match a pattern with * and ? in its last part, in " +
      "the order of their names. A path that does not begin with / is looked for beside the file that has the line. The " +
      "files hold global directives and whole sections, in either syntax by their names, and may include others. A missing " +
      "file is an error, a pattern that matches none is not; names that begin with a dot are left out. autoreload and " +
      "callback watch all of them, and files that appear later.",
  },
  checktimeout: {
    scope: "both",
    value: durations.seconds,
    default: "negotiatetimeout, else 5",
    checks: "all",
    doc: "Seconds that a connect, ping or external check may take before it has failed. The command of an external " +
      "check is not told its limit: it is ended when the time is over.",
  },
  negotiatetimeout: {
    scope: "both",
    value: durations.seconds,
    default: "checktimeout, else 30",
    checks: "all",
    doc: "Seconds that a negotiate check may take, from the first packet to the last line.",
  },
  checkinterval: {
    scope: "both",
    value: durations.seconds,
    default: "10",
    checks: "schedule",
    doc:
      "Seconds from the start of one check of a server to the start of the next. As in every duration but persistent, " +
      "emailalertfreq and ipvstimeouts, which count whole seconds, tenths can be written: 0.5 (new; 0.1 is the least).",
  },
  failurecount: {
    scope: "both",
    value: numbers.count,
    default: "1",
    ofServer: true,
    doc: "How many checks in a row must fail until a real server is down. One check that passes starts the count " +
      "again.",
  },
  risecount: {
    scope: "both",
    value: numbers.count,
    default: "1",
    since: "2.0",
    ofServer: true,
    doc: "How many checks in a row must pass until a real server that was down is up again.",
  },
  retryinterval: {
    scope: "both",
    value: durations.seconds,
    default: "checkinterval",
    checks: "schedule",
    since: "2.0",
    doc: "Seconds between checks while some have failed and failurecount is not reached, or some have passed and " +
      "risecount is not reached: with a failurecount of 3 a real server is then down sooner than after three " +
      "intervals.",
  },
  slowstart: {
    scope: "both",
    value: durations.secondsOrZero,
    default: "0",
    since: "2.0",
    doc: "Seconds over which the weight of a real server that has come back climbs from 1 to its full weight. It has " +
      "an effect with weights well above 1.",
  },
  removaldrain: {
    scope: "both",
    value: durations.secondsOrZero,
    default: "0",
    since: "2.0",
    doc:
      "Seconds for which a real server stays at weight 0 after a reload has removed it from the configuration, so that its " +
      "connections can end: it goes as soon as none is open, and at the latest when the time is over. A virtual service that " +
      "was removed stays as long as one of its real servers. A reload that brings it back ends that. A real server that is " +
      "down goes at once, as everything does at a restart.",
  },
  checkcount: {
    scope: "both",
    value: numbers.count,
    default: "1",
    checks: "named",
    outdated: { status: "deprecated", text: "checkcount is deprecated: failurecount works with every kind of check" },
    doc: "How many echo requests a ping check sends: it passes when one is answered.",
  },
  autoreload: {
    scope: "global",
    value: choices.yesNo,
    default: "no",
    doc: "Whether the configuration is loaded again by itself when the content of the file changes.",
  },
  callback: {
    scope: "global",
    mayBeEmpty: true,
    value: paths.path,
    default: UNSET,
    isFreeText: true,
    file: "program",
    doc: "A program that is run, with the configuration's path as its argument, after the content of the file has " +
      "changed, for instance to copy it to the other director. A new modification time alone is no change.",
  },
  fallback: {
    scope: "both",
    value: endpoints.fallbackServer,
    default: UNSET,
    family: 4,
    doc:
      "Where clients go while less than the quorum is up (with quorum = 1: while no real server is up with a weight above 0), forwarded by gate unless another method is given. Without a " +
      "port, the virtual service's own. A global fallback serves IPv4 sections that have none.",
  },
  fallback6: {
    scope: "both",
    value: endpoints.fallbackServer,
    default: UNSET,
    family: 6,
    doc: "As fallback, for virtual6 sections.",
  },
  fallbackcommand: {
    scope: "both",
    mayBeEmpty: true,
    value: commands.command,
    default: UNSET,
    isFreeText: true,
    file: "program",
    doc: "A program that is run with start when the last real server of a virtual service goes down, and with stop " +
      "when the first returns; the virtual service and its protocol follow as arguments. It is ended after 60 s, and " +
      "after 20 s when the director stops.",
  },
  quorum: {
    scope: "both",
    value: numbers.weightSum,
    default: "1",
    since: "2.0",
    doc:
      "The weight that has to serve for the virtual service to be up: the weights of all real servers that are up and " +
      "not held out, added together. Below it the virtual service counts as down. Then its fallback serves all new " +
      "clients, and the real servers that are still up stay in the table at weight 0. Without a fallback they go on serving.",
  },
  hysteresis: {
    scope: "both",
    value: numbers.weightSumOrZero,
    default: "0",
    since: "2.0",
    doc:
      "The weight above the quorum that must serve before a virtual service that is down is up again. It keeps one " +
      "real server that comes and goes from switching the fallback in and out.",
  },
  quorumcommand: {
    scope: "both",
    value: commands.command,
    default: UNSET,
    isFreeText: true,
    file: "program",
    since: "2.0",
    doc:
      "A program that is run with up when a virtual service reaches its quorum, and with down when it loses it; the " +
      "virtual service and its protocol follow as arguments. It is run at a start, too, and with down before the virtual " +
      "service is purged: at a stop (with cleanstop = yes), a deactivation, or when a reload removes it. Its environment " +
      "has the variables of notify, and LDIRECTORD_SERVING_WEIGHT and LDIRECTORD_NEEDED_WEIGHT. It is ended after 60 s, " +
      "and after 10 s before a purge.",
  },
  withdrawdelay: {
    scope: "both",
    value: durations.secondsOfStop,
    default: "0",
    since: "2.0",
    doc:
      "Seconds between the withdrawal of the address (announce), or the end of the last quorumcommand, with down, and the " +
      "purge of the virtual service: the time that routers need until they send no more clients here. Clients are served " +
      "until then. At most 20.",
  },
  announce: {
    scope: "both",
    value: announcing.announcePlace,
    default: UNSET,
    since: "2.0",
    doc:
      "Where the virtual service's address is announced while it has its quorum. interface:dummy0 gives the interface the " +
      "address (/32 or /128), so that BIRD or FRR announce it to routers; birdfile:/run/ldirectord/bird.conf writes a file " +
      "that BIRD's configuration includes, and has BIRD read it (birdc configure, at BIRD's usual control socket or the one " +
      "that follows the path). The address is withdrawn when the quorum is lost, and before the virtual service is purged. " +
      "With failopen it stays while all real servers get clients. Addresses that ldirectord has not put there are left alone.",
  },
  announcewhen: {
    scope: "both",
    value: choices.announceWhen,
    default: "all",
    since: "2.0",
    doc: "Where several virtual services have one address: all, it is announced while all of them have their quorum; " +
      "any, while at least one has.",
  },
  failopen: {
    scope: "both",
    value: numbers.percentage,
    default: "0%",
    since: "2.0",
    doc:
      "When fewer than this percentage of the real servers are up, all of them get clients at their weights, also those " +
      "that are down, and the fallback stays out: a check that is wrong everywhere at once then stops nothing. Real servers " +
      "that are held out are not counted and get no clients. The log has an error; status, the page and /healthz show it.",
  },
  logfile: {
    scope: "global",
    mayBeEmpty: true,
    value: paths.logTarget,
    default: "/var/log/ldirectord.log",
    doc:
      "The file that the log is written to; journal, for the journal of systemd; or a syslog facility. With supervised = " +
      "yes the log goes to standard output instead. The journal gets the virtual service, the real server and the event " +
      "of a line as fields of their own: journalctl LDIRECTORD_REAL=10.0.0.11:80 finds them, also of lines that come to " +
      "it through a syslog facility or standard output.",
  },
  loglevel: {
    scope: "global",
    value: choices.logLevel,
    default: "info",
    since: "2.0",
    doc:
      "Which lines are logged: this severity and those that matter more. error: what was refused, failed or could not be " +
      "checked. warning: also what went down. notice: also what is up again, was ordered by hand, starts and ends. info: " +
      "also each change of the kernel's table. debug: also each check. With -d everything is shown. A start shows its " +
      "errors in any case, and mails and notices do not depend on it.",
  },
  logformat: {
    scope: "global",
    value: choices.logFormat,
    default: "text",
    since: "2.0",
    doc:
      "How a line of the log is written: as text, as a JSON object with the same words and, of changes, the virtual " +
      "service and the real server (json), or as RFC 5424 has it, with these as structured data (rfc5424). rsyslog reads " +
      'rfc5424 at /dev/log when its module imuxsock has SysSock.UseSpecialParser="off". The journal gets fields instead.',
  },
  statuspage: {
    scope: "global",
    value: hosts.webAddress,
    default: UNSET,
    since: "2.0",
    doc:
      "Where the status page is served, and with it metrics for Prometheus (/metrics), its data (/status.json) and " +
      "a health check for other programs (/healthz): an address and port, or a port alone for loopback. On loopback, " +
      "only requests for localhost or an address are answered. The page is read-only, and needs no password.",
  },
  user: {
    scope: "global",
    value: paths.accountName,
    default: "unset: as it was started",
    atRestart: true,
    since: "2.0",
    doc: "The account that the daemon becomes after its start. Of root's rights it keeps CAP_NET_ADMIN and " +
      "CAP_NET_RAW, and hands those down to ipvsadm alone: check commands, hooks and sendmail run as that account, " +
      "with no capability. It must be able to read the configuration, and every file that the configuration names; " +
      "it gets the log, the pulse file, the control socket, the monitor files and /var/lib/ldirectord. Not together " +
      "with execute.",
  },
  emailalert: {
    scope: "both",
    mayBeEmpty: true,
    value: mail.mailAddresses,
    default: UNSET,
    isFreeText: true,
    doc:
      "The addresses that get mail when a real server goes down or comes back, or can no longer be checked. The first mail of a " +
      "quiet time is sent at once; what follows within seconds comes in one mail. Reminders and the fallback have mails of " +
      "their own.",
  },
  emailalertfrom: {
    scope: "global",
    mayBeEmpty: true,
    value: mail.mailbox,
    default: "ldirectord@HOSTNAME",
    isFreeText: true,
    needs: {
      directive: "emailalert",
      hint: "add emailalert = you@example.org",
    },
    doc: "The sender of alert mails.",
  },
  emailalertfreq: {
    scope: "both",
    value: numbers.repeatSeconds,
    default: "0",
    needs: {
      directive: "emailalert",
      hint: "add emailalert = you@example.org",
    },
    doc: "Whole seconds after which the alert is repeated while a real server stays down; 0 means never.",
  },
  emailalertstatus: {
    scope: "both",
    mayBeEmpty: true,
    value: mail.alertStates,
    default: "all",
    needs: {
      directive: "emailalert",
      hint: "add emailalert = you@example.org",
    },
    doc:
      "In which states of the daemon alerts are sent: all, none, or a list of starting, running, stopping and reloading.",
  },
  emailalertplanned: {
    scope: "both",
    value: choices.yesNo,
    default: "no",
    needs: {
      directive: "emailalert",
      hint: "add emailalert = you@example.org",
    },
    since: "2.0",
    doc: "Whether mails are also sent of planned changes: a real server that is drained, disabled or in maintenance, " +
      "and its return. A mail about the loss of the last real server is always sent.",
  },
  smtp: {
    scope: "both",
    value: mail.mailServer,
    default: "the local sendmail",
    needs: {
      directive: "emailalert",
      hint: "add emailalert = you@example.org",
    },
    doc: "The mail server that takes the alerts, with a port if it is not 25.",
  },
  smtpuser: {
    scope: "both",
    value: texts.text,
    default: UNSET,
    isFreeText: true,
    needs: {
      directive: "smtppasswd",
      hint: "add smtppasswd = …, or leave smtpuser out",
    },
    since: "2.0",
    doc: "The user name for the mail server; needs smtppasswd.",
  },
  smtppasswd: {
    scope: "both",
    value: texts.secret,
    default: UNSET,
    isFreeText: true,
    needs: {
      directive: "smtpuser",
      hint: "add smtpuser = …, or leave smtppasswd out",
    },
    secret: "always",
    since: "2.0",
    doc: "The password of smtpuser. It is sent over an encrypted connection only, unless smtptls is no.",
  },
  smtptls: {
    scope: "both",
    value: choices.mailEncryption,
    default: "auto",
    since: "2.0",
    doc: "Encryption of the connection to the mail server. auto: encrypted when the server offers it, with any " +
      "certificate. yes: always encrypted, with a certificate that the system trusts; otherwise nothing is sent. " +
      "no: never encrypted.",
  },
  notify: {
    scope: "both",
    value: commands.notifyTarget,
    default: UNSET,
    file: "program",
    secret: "perhaps",
    since: "2.0",
    doc: "A program that is run, or a webhook (https://…) that is posted JSON, whenever the state of a real server " +
      "changes and whenever a virtual service loses its last or regains its first. The program's arguments are the " +
      "virtual service, the real server (or -), the old state, the new state (up, down, unknown, drained, disabled " +
      "or maintenance) and the reason; its environment says more, as ldirectord(8) lists. docs/notify.schema.json " +
      "describes the JSON.",
  },
  execute: {
    scope: "global",
    mayBeEmpty: true,
    value: paths.configurationName,
    default: UNSET,
    repeats: true,
    doc: "Starts a further director, for the named configuration. It is stopped and reloaded with this one.",
  },
  supervised: {
    scope: "global",
    value: choices.yesNo,
    default: "no",
    bare: "yes",
    doc: "Stays in the foreground and logs to standard output, as supervisors such as runit want it.",
  },
  fork: {
    scope: "global",
    value: choices.yesNo,
    default: "no",
    doc: "Accepted, and without effect: all checks run at the same time. In the Perl program it chose a process for " +
      "each virtual service.",
  },
  quiescent: {
    scope: "both",
    value: choices.yesNo,
    default: "yes",
    doc: "Whether a real server that is down stays in the kernel's table with weight 0, so that open and persistent " +
      "connections remain, or is removed.",
  },
  readdquiescent: {
    scope: "global",
    value: choices.yesNo,
    default: "no",
    doc: "Whether a real server that is down and missing from the kernel's table is added to it with weight 0.",
  },
  cleanstop: {
    scope: "both",
    value: choices.yesNo,
    default: "yes",
    doc: "Whether the virtual service is removed from the kernel's table when the daemon stops. With no, clients are " +
      "served without checks until the next start.",
  },
  maintenancedir: {
    scope: "global",
    mayBeEmpty: true,
    value: paths.path,
    default: UNSET,
    file: "folder",
    doc: "A directory for maintenance: a file named after a real server (its address or name, with or without the " +
      "port) drains that server until the file is removed.",
  },
  ipvsdriver: {
    scope: "global",
    value: choices.ipvsDriver,
    default: "auto",
    atRestart: true,
    since: "2.0",
    doc:
      "How the kernel's table is read and changed: by netlink, or through the program ipvsadm. auto takes netlink, " +
      "and ipvsadm only where a sandbox forbids netlink sockets.",
  },
  ipvstimeouts: {
    scope: "global",
    value: ipvs.ipvsTimeouts,
    default: "unset: left as they are",
    since: "2.0",
    doc:
      "Seconds after which the kernel forgets a connection that is idle: of TCP, of TCP after a FIN, and of UDP, as " +
      "ipvsadm --set takes them; 0 leaves one as it is. They are set at a start and at a reload, for all virtual " +
      "services of this machine, and are not set back.",
  },
  syncdaemon: {
    scope: "global",
    value: choices.syncDaemon,
    default: "off",
    needs: {
      directive: "syncinterface",
      text: "syncdaemon needs syncinterface",
      hint: "add syncinterface = eth0, or whatever leads to the others",
    },
    since: "2.0",
    doc:
      "Has the kernel send its connections to the other directors (master), receive theirs (backup), or both, so that " +
      "clients' connections survive a failover; on a standby too. Sync daemons that this program has not started are " +
      "left alone.",
  },
  syncinterface: {
    scope: "global",
    value: hosts.networkInterface,
    default: UNSET,
    since: "2.0",
    doc: "The network interface by which syncdaemon reaches the other directors, by multicast.",
  },
  syncid: {
    scope: "global",
    value: numbers.syncId,
    default: "0",
    since: "2.0",
    doc: "A number that the directors share which exchange connections by syncdaemon. Id 0 receives from all.",
  },
  bindto: {
    scope: "both",
    value: hosts.address,
    default: "what the routing table says",
    checks: "all",
    since: "2.0",
    doc: "The source address of checks, one of this host's. It is used for real servers of its address family, and " +
      "not for external checks.",
  },
  checkmark: {
    scope: "both",
    value: numbers.packetMark,
    default: UNSET,
    checks: "all",
    since: "2.0",
    doc:
      "A mark that the packets of checks carry on this host (SO_MARK). Its routing rules and firewall can treat them " +
      "differently from clients' packets. Not for external checks.",
  },
  sentinel: {
    scope: "both",
    value: choices.yesNo,
    default: "no",
    since: "2.0",
    ofServer: true,
    doc:
      "Whether an idle TCP connection is kept open to the checked port of each real server. The kernel's keepalive " +
      "sends two small packets a second on it. When the server closes it, or the host has not answered two of them, " +
      "the check is made at once, and its result counts as usual. So a server with a process that dies is removed within " +
      "milliseconds, and a host without power within seconds, whatever checkinterval is. If a server closes idle " +
      "connections after some time, the connection is renewed before that. For TCP services with checks that go to a " +
      "port. An error for mysql, which blocks a host after 100 connections that send nothing (max_connect_errors). A " +
      "global yes applies to the sections that can have one. There is none to real servers that are drained, disabled " +
      "or in maintenance, and none from a standby.",
  },
  tlsverify: {
    scope: "both",
    value: choices.yesNo,
    default: "no",
    checks: "tls",
    since: "2.0",
    doc: "Whether a server checked over TLS must show a certificate that is valid for its name.",
  },
  starttls: {
    scope: "both",
    value: choices.yesNo,
    default: "no",
    checks: "named",
    since: "2.0",
    doc: `Whether a check of ${listed(servicesThatLookAt("starttls"), "or")} goes over to TLS before it logs in, and ` +
      "is down when the server does not.",
  },
  tlsservername: {
    scope: "both",
    value: hosts.serverName,
    default: "virtualhost, else for http the host of the request's URL",
    checks: "tls",
    since: "2.0",
    doc: "The name that is sent to a server checked over TLS (SNI), and that its certificate must be valid for.",
  },
  tlscafile: {
    scope: "both",
    value: paths.path,
    default: "the system's certificate authorities",
    needs: {
      directive: "tlsverify",
      hint: "add tlsverify = yes",
    },
    checks: "tls",
    file: "certificate",
    since: "2.0",
    doc: "A PEM file of the certificate authorities that are trusted with tlsverify = yes, in place of the system's.",
  },
  tlscertfile: {
    scope: "both",
    value: paths.path,
    default: UNSET,
    checks: "tls",
    file: "certificate",
    since: "2.0",
    doc: "A PEM file of the certificate, with its chain, that is sent to servers that ask for a client's certificate.",
  },
  tlskeyfile: {
    scope: "both",
    value: paths.path,
    default: "the file of tlscertfile",
    needs: {
      directive: "tlscertfile",
      text: "tlskeyfile needs the certificate that it belongs to",
      hint: "add tlscertfile = /path",
    },
    checks: "tls",
    file: "key",
    since: "2.0",
    doc: "A PEM file of the private key, without a pass phrase, that goes with tlscertfile.",
  },
  certexpirywarn: {
    scope: "both",
    value: numbers.daysOrZero,
    default: "0",
    checks: "tls",
    since: "2.0",
    doc:
      "Warns, in the log and in the check's result, when the certificate of a server checked over TLS is valid for " +
      "fewer days than these; 0 means never.",
  },
  checktype: {
    scope: "virtual",
    value: checkTypes.checkType,
    default: "negotiate; connect when the protocol is sctp",
    checks: "way",
    doc: "How real servers are checked: a conversation in the service's protocol (negotiate), a TCP connection " +
      "(connect; for sctp an association, for udp a ping), an ICMP echo (ping), a program (external, external-perl), a file on " +
      "the director (file: new), or not at all: always in " +
      "(on), never in (off). A number means so many connects after each negotiate that passed; after a check that " +
      "failed, and at first, every check negotiates until one passes.",
  },
  service: {
    scope: "virtual",
    value: choices.service,
    default: "by the virtual service's port: http for 80, smtp for 25, …; none for ports that have none",
    checks: "way",
    doc: "The protocol that a negotiate check speaks. With none, real servers are not checked and always in.",
  },
  alsocheck: {
    scope: "virtual",
    value: alsoCheck,
    default: UNSET,
    repeats: true,
    since: "2.0",
    ofServer: true,
    doc:
      "A further check of each real server, which is up when all of them pass: a service, connect or ping, with the " +
      "port if it is not the service's own (for connect: the real server's). It shares the section's other " +
      "settings.",
  },
  agentport: {
    scope: "virtual",
    value: numbers.portNumber,
    default: UNSET,
    since: "2.0",
    ofServer: true,
    doc: "The port of an agent on each real server that reports its state in one line, as for HAProxy's agent-check: " +
      "75% of its weight, up, drain (weight 0), down or maint. An agent that has never answered is ignored; for one that " +
      "no longer answers see agenthold.",
  },
  agenthold: {
    scope: "virtual",
    value: durations.secondsOrZero,
    default: "until it answers again",
    since: "2.0",
    needs: { directive: "agentport", hint: "write agentport = PORT as well" },
    doc: "Seconds for which an agent's last answer stays in force after it has stopped answering. Then the agent is " +
      "ignored; with 0, at once. Without agenthold the last answer stays in force until the next one, as with " +
      "HAProxy.",
  },
  weightfile: {
    scope: "virtual",
    value: paths.path,
    default: UNSET,
    isFreeText: true,
    since: "2.0",
    ofServer: true,
    doc:
      "A file on the director. Its first line is the weight of a real server in place of the configured one: 0 to 65535, " +
      "or a percentage of the configured one, as 50%. It is read each second, or each checkinterval where that is shorter. " +
      "It is usually given for one real server, between the braces of its line. While the file is missing or says no weight, " +
      "the configured one holds; the log has a warning, and status shows it. An agent's percentage is a share of this " +
      "weight; an operator's weight goes before. Write another file beside it and rename that: then it is never read half " +
      "written. The unit for systemd gives the director a /tmp of its own: use a folder in /run or /var/lib.",
  },
  dynamicweight: {
    scope: "virtual",
    value: choices.yesNo,
    default: "no",
    checks: "named",
    since: "2.0",
    doc: "Whether the last line that an external check prints sets the real server's weight: weight N, or N%.",
  },
  checkcommand: {
    scope: "virtual",
    mayBeEmpty: true,
    value: commands.command,
    default: "/bin/true",
    isFreeText: true,
    checks: "named",
    file: "program",
    doc: "The program of an external check. After its own arguments it is given the virtual address (or mark), the " +
      "virtual port, the real address and the real port; exit status 0 means up. Where it cannot be run, or ends with 126 " +
      "or 127, by which a shell says the same of what it was to run, the real server's state is unknown. Its environment is " +
      "PATH (the bin and sbin folders) and LANG=C.UTF-8, and nothing else.",
  },
  checkfile: {
    scope: "virtual",
    value: paths.path,
    default: UNSET,
    isFreeText: true,
    checks: "named",
    since: "2.0",
    doc:
      "The file of checktype = file: the real server is up while it is there, and was modified within maxage. It is a file on " +
      "the director, which another program renews or removes. In a section it is for all real servers together; for one " +
      "alone it stands between the braces of its line. Where it cannot be looked at (permission denied, a folder) the " +
      "check could not be made, which takes no real server out. The unit for systemd gives the director a /tmp of its own: " +
      "use a folder in /run or /var/lib.",
  },
  maxage: {
    scope: "virtual",
    value: durations.seconds,
    default: "of any age",
    checks: "named",
    since: "2.0",
    doc: "The age in seconds up to which the file of checktype = file passes, by its modification time and the " +
      "director's clock. A time in the future counts as now.",
  },
  checkport: {
    scope: "virtual",
    value: numbers.portNumber,
    default: "the real server's port",
    checks: "port",
    doc: "The port that checks connect to, where it is not the real server's own.",
  },
  request: {
    scope: "virtual",
    value: texts.text,
    default: UNSET,
    isFreeText: true,
    checks: "named",
    doc: "What a negotiate check asks each real server for: a path for http (of a URL its path, its host as the " +
      "Host header), a file for ftp, a name for dns, a query for a database, " +
      "a base for ldap, a service for grpc (unset = the whole server), the very bytes for simpletcp.",
  },
  receive: {
    scope: "virtual",
    value: texts.expression,
    default: "anything will do",
    isFreeText: true,
    checks: "named",
    doc: "A regular expression that must occur in the answer to the request. For http, https and http_proxy also " +
      'json:PATH OPERATOR VALUE (new), for a page of JSON: json:.status == "ok", json:.checks[0].up == true, ' +
      'json:.queue < 100, json:["a name"] != null. The operators are == != < <= > >= and, with a regular expression, ' +
      "=~; the value is a JSON text, number, true, false or null. A path alone passes if its value is there, and neither " +
      "false nor null; a value that is missing passes no comparison. Pages of 1 MiB and more do not pass.",
  },
  send: {
    scope: "virtual",
    value: dialogue.sending,
    default: UNSET,
    isFreeText: true,
    checks: "named",
    secret: "always",
    repeats: true,
    stepOf: "dialogue",
    since: "2.0",
    doc:
      'A line of a dialogue: what is sent. \\r \\n \\t \\\\ \\" and \\xHH stand for the bytes that they stand for in C; ' +
      "hex:0d0a are bytes in hexadecimal digits. The lines send and expect are gone through from top to bottom (examples: " +
      "docs/dialogues.md). What is sent is shown nowhere: it may have a password in it. In YAML both stand in the list dialogue.",
  },
  expect: {
    scope: "virtual",
    value: dialogue.expectation,
    default: UNSET,
    isFreeText: true,
    checks: "named",
    repeats: true,
    stepOf: "dialogue",
    since: "2.0",
    doc:
      "A line of a dialogue: a regular expression that must occur in what the server has said since the last send, or " +
      "with hex: bytes in hexadecimal digits. More is waited for until it does. With a ! in front it must not occur " +
      "in what has come so far: the line above it should wait for the whole answer. The server may say 64 KiB after each send.",
  },
  httpmethod: {
    scope: "virtual",
    value: http.httpMethod,
    default: "GET",
    checks: "named",
    doc: "The method of the http request; POST is new. An answer to HEAD has no body that receive could match.",
  },
  dnstype: {
    scope: "virtual",
    value: choices.dnsType,
    default: "PTR for an address, else A, or AAAA where receive is an IPv6 address",
    checks: "named",
    since: "2.0",
    doc: "The record type that a dns check asks for. receive meets each record's value as zone files write it, as in " +
      "10 mail.example.org for MX.",
  },
  requestheader: {
    scope: "virtual",
    value: http.requestHeader,
    default: UNSET,
    isFreeText: true,
    checks: "named",
    secret: "perhaps",
    repeats: true,
    since: "2.0",
    doc: "A further header line of the http request. It takes the place of one of the same name that is sent anyway. " +
      "With grpc a field of the call's metadata.",
  },
  requestbody: {
    scope: "virtual",
    value: texts.text,
    default: "empty",
    isFreeText: true,
    needs: {
      directive: "httpmethod",
      text: "requestbody is for the method POST",
      hint: "add httpmethod = POST",
    },
    checks: "named",
    since: "2.0",
    doc: "What an http check with the method POST sends.",
  },
  expectstatus: {
    scope: "virtual",
    value: http.statusRanges,
    default: "200-299",
    checks: "named",
    since: "2.0",
    doc: "The HTTP statuses that pass. A redirect with a status that is listed is not followed.",
  },
  virtualhost: {
    scope: "virtual",
    mayBeEmpty: true,
    value: http.virtualHost,
    default: "the host of the request's URL, else the real server's address",
    isFreeText: true,
    checks: "tls",
    doc:
      "The Host header of an http check, the authority of a grpc check, and the server name that is sent in TLS (SNI).",
  },
  login: {
    scope: "virtual",
    value: texts.text,
    default: "by service: anonymous for ftp, ldirectord@host for sip, else no log-in",
    isFreeText: true,
    checks: "named",
    doc: `The user name that a negotiate check logs in with. Required for ${listed(servicesThatNeedLogin(), "and")}.`,
  },
  passwd: {
    scope: "virtual",
    value: texts.secret,
    default: "ldirectord@host for ftp, else none",
    isFreeText: true,
    checks: "named",
    secret: "always",
    doc: "The password that goes with login.",
  },
  database: {
    scope: "virtual",
    value: texts.text,
    default: UNSET,
    isFreeText: true,
    checks: "named",
    doc: "The database in which the request is made.",
  },
  secret: {
    scope: "virtual",
    value: texts.secret,
    default: "empty",
    isFreeText: true,
    checks: "named",
    secret: "always",
    doc: "The secret shared with a radius server.",
  },
  scheduler: {
    scope: "virtual",
    value: ipvs.scheduler,
    default: "wrr",
    doc:
      "The kernel's rule for choosing a real server; which ones there are depends on the kernel. sh and mh choose by " +
      "the client's address, and by the order in which real servers have entered the kernel's table: those that enter " +
      "together do so in the order of this file, and with quiescent = yes they stay in it. With mh, its fallback flag and " +
      "quiescent = yes all real servers enter at the start, those that are down at weight 0: then several directors of " +
      "the same configuration send a client to the same real server. See schedflags for what a real server of weight 0 " +
      "means to them.",
  },
  schedflags: {
    scope: "virtual",
    mayBeEmpty: true,
    value: ipvs.schedulerFlags,
    default: "sh-fallback with sh, mh-fallback with mh, else unset",
    doc:
      "Flags of the scheduler: sh-port and sh-fallback for sh, mh-port and mh-fallback for mh, flag-1 to flag-3 for any. " +
      "Without its fallback flag sh or mh refuses the new clients that belong to a real server of weight 0, which is " +
      "one that is quiescent, drained, or given weight 0.",
  },
  persistent: {
    scope: "virtual",
    value: numbers.persistence,
    default: UNSET,
    doc: "Seconds for which a client stays with the same real server.",
  },
  netmask: {
    scope: "virtual",
    value: ipvs.netmask,
    default: "each client for itself",
    needs: {
      directive: "persistent",
      hint: "add persistent = seconds",
    },
    doc: "The part of a client's address that counts for persistence: a dotted quad, or in a virtual6 section a " +
      "prefix length.",
  },
  protocol: {
    scope: "virtual",
    value: choices.protocol,
    default: "tcp; udp when the port is 53; fwm for a firewall mark",
    doc:
      "The protocol of the virtual service. With sctp (new) a real server is up when it takes an association (checktype = " +
      "connect, the default there). A service that it has over tcp as well can be asked at a checkport.",
  },
  ops: {
    scope: "virtual",
    value: choices.yesNo,
    default: "no",
    doc: "One-packet scheduling: a real server is chosen for each UDP packet anew.",
  },
  monitorfile: {
    scope: "virtual",
    mayBeEmpty: true,
    value: paths.path,
    default: UNSET,
    doc:
      "A file to which each check of the section adds a line with its result: up, down (also in maintenance, drained or " +
      "disabled), or unknown where the check could not be made.",
  },
  servicename: {
    scope: "virtual",
    mayBeEmpty: true,
    value: texts.remark,
    default: UNSET,
    isFreeText: true,
    doc: "The name of the virtual service in alert mails and in status.",
  },
  comment: {
    scope: "virtual",
    mayBeEmpty: true,
    value: texts.remark,
    default: UNSET,
    isFreeText: true,
    doc: "A remark that is added to alert mails.",
  },
  load: {
    scope: "virtual",
    value: texts.text,
    default: UNSET,
    outdated: { status: "ignored", text: "load has no effect: it never worked" },
    doc: "Accepted and ignored.",
  },
} as const satisfies Record<string, Directive<unknown>>;

/** Directives that an older manual names. */
export const REPLACED: Readonly<Record<string, Replaced>> = {
  timeout: {
    scope: "both",
    by: "checktimeout and negotiatetimeout",
    hint: "write checktimeout = seconds and negotiatetimeout = seconds",
    doc: "Replaced by checktimeout and negotiatetimeout.",
  },
  connecttimeout: {
    scope: "both",
    by: "negotiatetimeout",
    hint: "write negotiatetimeout = seconds, and checktimeout = seconds for connect checks",
    doc: "Replaced by negotiatetimeout.",
  },
};

/** The name of a directive. */
export type DirectiveName = keyof typeof DIRECTIVES;

/** What a directive's value means. */
export type ValueOf<Name extends DirectiveName> = typeof DIRECTIVES[Name]["value"] extends Grammar<infer T> ? T : never;

/** Finds a directive by its name, exactly as written. */
export function findDirective(
  name: string,
): { readonly name: DirectiveName; readonly row: Directive<unknown> } | undefined {
  if (!Object.hasOwn(DIRECTIVES, name)) return undefined;
  return { name: name as DirectiveName, row: DIRECTIVES[name as DirectiveName] };
}
