import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { VirtualService } from "../../../src/model/virtual_service.ts";
import { saysFacts } from "../../facts.ts";
import { line, load, model, pure, virtual } from "../fixture.ts";
import { check, checkOf, HEAD, REAL } from "./sections.ts";

pure("defaults are those of the manual", () => {
  const service = virtual(HEAD, REAL);
  deepStrictEqual(service.settings, {
    address: { kind: "tcp", address: "192.0.2.1", port: 80 },
    scheduler: "wrr",
    schedulerFlags: [],
    persistence: undefined,
    netmask: undefined,
    onePacket: false,
  });
  const { quiescent, readdQuiescent, cleanStop, failureCount, fallback, fallbackCommand, monitorFile } = service;
  deepStrictEqual(
    { quiescent, readdQuiescent, cleanStop, failureCount, fallback, fallbackCommand, monitorFile },
    {
      quiescent: true,
      readdQuiescent: false,
      cleanStop: true,
      failureCount: 1,
      fallback: undefined,
      fallbackCommand: undefined,
      monitorFile: undefined,
    },
  );
  deepStrictEqual(service.alerts, {
    to: [],
    from: undefined,
    planned: false,
    repeatEvery: 0,
    on: new Set(["starting", "running", "stopping", "reloading"]),
    smtp: undefined,
  });
  const { key: _, target, ...rest } = check(HEAD, REAL);
  deepStrictEqual(rest, {
    method: "negotiate",
    interval: 10,
    retryInterval: 10,
    checkTimeout: 5,
    negotiateTimeout: 30,
  });
  deepStrictEqual(target, {
    address: "10.0.0.1",
    port: 80,
    transport: "tcp",
    origin: undefined,
    service: "http",
    request: undefined,
    requestIsOwn: false,
    httpMethod: "GET",
    dnsType: undefined,
    dialogue: undefined,
    requestHeaders: undefined,
    requestBody: undefined,
    expectStatus: undefined,
    virtualHost: undefined,
    login: undefined,
    passwd: undefined,
    database: undefined,
    secret: undefined,
    pingCount: 1,
    tlsVerify: false,
    startTls: false,
    tlsServerName: undefined,
    tlsCaFile: undefined,
    tlsClient: undefined,
    certExpiryWarn: 0,
    dynamicWeight: false,
    command: [],
    commandArguments: [],
  });
  const { file, autoReload, callback, execute, logFile, logLevel, supervised, maintenanceDir, checkInterval } = model(
    "",
  );
  deepStrictEqual(
    { file, autoReload, callback, execute, logFile, logLevel, supervised, maintenanceDir, checkInterval },
    {
      file: "/etc/ha.d/test.cf",
      autoReload: false,
      callback: undefined,
      execute: [],
      logFile: "/var/log/ldirectord.log",
      logLevel: "info",
      supervised: false,
      maintenanceDir: undefined,
      checkInterval: 10,
    },
  );
});

pure("timeouts come from the nearest of four settings", () => {
  const rows: readonly (readonly [globals: string, own: string, check: number, negotiate: number])[] = [
    ["", "", 5, 30],
    ["checktimeout=1", "", 1, 1],
    ["negotiatetimeout=2", "", 2, 2],
    ["checktimeout=1 negotiatetimeout=2", "", 1, 2],
    ["checktimeout=1 negotiatetimeout=2", "checktimeout=3", 3, 3],
    ["checktimeout=1 negotiatetimeout=2", "negotiatetimeout=4", 4, 4],
    ["checktimeout=1 negotiatetimeout=2", "checktimeout=3 negotiatetimeout=4", 3, 4],
    ["", "checktimeout=3", 3, 3],
  ];
  for (const [globals, own, checkTimeout, negotiateTimeout] of rows) {
    const text = [
      ...globals.split(" "),
      "quiescent=yes",
      HEAD,
      `\t${REAL}`,
      ...own.split(" ").filter(Boolean).map((each) => `\t${each}`),
    ].join("\n");
    const [{ reals }] = model(text).virtuals.values();
    const found = checkOf([...reals.values()][0]);
    deepStrictEqual(
      [found.checkTimeout, found.negotiateTimeout],
      [checkTimeout, negotiateTimeout],
      `${globals} | ${own}`,
    );
  }
});

pure("the quorum: its defaults, a section's own, and what is global", () => {
  const summary = (
    { quorum, hysteresis, quorumCommand, withdrawDelay, failOpen }: VirtualService,
  ) => [quorum, hysteresis, quorumCommand, withdrawDelay, failOpen];
  const section = "virtual = 192.0.2.1:80\n    real = 10.0.0.1:80 gate 5\n";
  const own =
    "    quorum = 3\n    hysteresis = 2\n    quorumcommand = /own up\n    withdrawdelay = 0.5\n    failopen = 20%\n";
  const global = "quorum = 2\nhysteresis = 1\nquorumcommand = /global\nwithdrawdelay = 3\nfailopen = 100%\n";
  const only = virtual(`quiescent = yes\n${section}`);
  deepStrictEqual(summary(only), [1, 0, undefined, 0, 0]);
  deepStrictEqual(summary(virtual(`quiescent = yes\n${global}${section}`)), [2, 1, ["/global"], 3, 100]);
  deepStrictEqual(summary(virtual(`quiescent = yes\n${global}${section}${own}`)), [3, 2, ["/own", "up"], 0.5, 20]);
});

pure("where addresses are announced: a section's own place, the global one, none", () => {
  const section = "virtual = 192.0.2.1:80\n    real = 10.0.0.1:80 gate 5\n";
  const place = (text: string) => virtual(`quiescent = yes\n${text}`).announce;
  const global = "announce = interface:dummy0\n";
  deepStrictEqual(place(section), undefined);
  deepStrictEqual(place(`${global}${section}`), { kind: "interface", name: "dummy0" });
  deepStrictEqual(place(`${global}${section}    announce = none\n`), undefined);
  deepStrictEqual(place(`${global}${section}    announce = "birdfile:/etc/bird/x.conf /run/b.ctl"\n`), {
    kind: "birdfile",
    path: "/etc/bird/x.conf",
    socket: "/run/b.ctl",
  });
  const wrong = (text: string) => load(`quiescent = yes\n${text}`).problems.map(line);
  saysFacts(wrong(`${section}    announce = dummy0\n`), ["error 4:16+6 … dummy0…"]);
  saysFacts(wrong(`${section}    announce = interface:a/b\n`), ["error 4:26+3 … a/b…"]);
  saysFacts(wrong(`${section}    announce = birdfile:x\n`), ["error 4:16+10 … x…"]);
  const mark = "virtual = 7\n    real = 10.0.0.1:80 gate\n";
  saysFacts(wrong(`${mark}    announce = interface:dummy0\n`), ["…", "error 4:16+16 a firewall mark…"]);
  deepStrictEqual(place(`${global}${mark}`), undefined);
  const other = "virtual = 192.0.2.1:443\n    real = 10.0.0.1:443 gate 5\n    announcewhen = any\n";
  saysFacts(wrong(`${global}${section}${other}`), ["error 7:20+3 … any … all … line 3, …"]);
  deepStrictEqual(wrong(`${global}${section}${other}    announce = interface:dummy1\n`), []);
});

pure("a section's setting hides the global one, wherever the global one stands", () => {
  const text = `${HEAD}
    real = 10.0.0.1:80 gate
virtual = 192.0.2.2:80
    real = 10.0.0.1:80 gate
    checkinterval = 2
    failurecount = 2
    checkcount = 2
    quiescent = yes
    cleanstop = yes
    tlsverify = no
    fallback = 10.0.0.9:80 masq
    fallbackcommand = /own
    emailalert = own@b
    emailalertfreq = 2
    emailalertstatus = none
    smtp = own
    smtpuser = joe
    smtptls = no
    notify = /own/tell -v
checkinterval = 3
failurecount = 3
checkcount = 3
quiescent = no
readdquiescent = yes
cleanstop = no
tlsverify = yes
fallback = 127.0.0.1
fallbackcommand = /global
emailalert = global@b
emailalertfreq = 3
emailalertstatus = running
emailalertfrom = from@b
smtp = global
smtpuser = jim
smtppasswd = hunter2
smtptls = yes
notify = https://chat.example.org/hooks/hunter2
`;
  const summary = (service: VirtualService) => {
    const { interval, target } = checkOf([...service.reals.values()][0]);
    const { quiescent, readdQuiescent, cleanStop, failureCount, fallback, fallbackCommand, alerts, notify } = service;
    return [
      [interval, target.pingCount, target.tlsVerify],
      [
        quiescent,
        readdQuiescent,
        cleanStop,
        failureCount,
        fallback?.key,
        fallback?.destination.forwarding,
        fallbackCommand,
      ],
      [
        alerts.to,
        alerts.repeatEvery,
        [...alerts.on],
        alerts.from,
        alerts.smtp?.host,
        alerts.smtp?.tls,
        alerts.smtp?.login?.user,
      ],
      notify?.kind === "webhook" ? notify.url.reveal() : notify?.argv,
    ];
  };
  const [first, second] = [...model(text).virtuals.values()].map(summary);
  deepStrictEqual(first, [
    [3, 3, true],
    [false, true, false, 3, "127.0.0.1:80", "gate", ["/global"]],
    [["global@b"], 3, ["running"], "from@b", "global", "yes", "jim"],
    "https://chat.example.org/hooks/hunter2",
  ]);
  deepStrictEqual(second, [
    [2, 2, false],
    [true, true, true, 2, "10.0.0.9:80", "masq", ["/own"]],
    [["own@b"], 2, [], "from@b", "own", "no", "joe"],
    ["/own/tell", "-v"],
  ]);
});

pure("global settings reach the model", () => {
  const { autoReload, callback, execute, logFile, logLevel, supervised, maintenanceDir, checkInterval } = model(
    'autoreload = yes\ncallback = "/usr/local/sbin/lb_sync.sh"\nexecute = a\nlogfile = local0\nsupervised = yes\n' +
      "maintenancedir = /etc/ha.d/down\ncheckinterval = 7\nfork = yes\nloglevel = warning\n",
  );
  deepStrictEqual(
    [autoReload, callback, execute, logFile, logLevel, supervised, maintenanceDir, checkInterval],
    [true, "/usr/local/sbin/lb_sync.sh", ["a"], "local0", "warning", true, "/etc/ha.d/down", 7],
  );
});

pure("a configuration does not execute itself, by whatever path", () => {
  const { model, problems } = load("execute = a\nexecute = test.cf\nexecute = /elsewhere/test.cf\n");
  deepStrictEqual(model?.execute, ["a"]);
  saysFacts(problems.map(line), [
    "warning 2:11+7 test.cf … itself …",
    "warning 3:11+18 /elsewhere/test.cf … itself …",
  ]);
});

pure("syncdaemon says which of the kernel's sync threads run, and needs an interface", () => {
  const rows: [text: string, daemons: string][] = [
    ["", ""],
    ["syncdaemon = off\nsyncinterface = eth0\n", ""],
    ["syncdaemon = master\nsyncinterface = eth0\n", "master eth0 0"],
    ["syncdaemon = backup\nsyncinterface = bond0.7\nsyncid = 255\n", "backup bond0.7 255"],
    ["syncdaemon = both\nsyncinterface = eth0\nsyncid = 3\n", "master eth0 3, backup eth0 3"],
  ];
  for (const [text, daemons] of rows) {
    const told = model(text).syncDaemons.map(({ role, interface: mcast, id }) => `${role} ${mcast} ${id}`);
    strictEqual(told.join(", "), daemons, text);
  }
  saysFacts(load("quiescent = yes\nsyncdaemon = both\n").problems.map(line), [
    "error 2:14+4 syncdaemon … syncinterface",
  ]);
});

pure("ipvsdriver and ipvstimeouts reach the model; what they cannot be is said", () => {
  strictEqual(model("ipvsdriver = auto\n").ipvsDriver, undefined);
  strictEqual(model("ipvsdriver = ipvsadm\n").ipvsDriver, "ipvsadm");
  deepStrictEqual(model("ipvstimeouts = 900 0 300\n").ipvsTimeouts, { tcp: 900, tcpFin: 0, udp: 300 });
  for (
    const wrong of ["ipvsdriver = perl", "ipvstimeouts = 900", "ipvstimeouts = 1 2 2147484", "ipvstimeouts = 1 2 -3"]
  ) {
    strictEqual(load(`${wrong}\n`).problems.some(({ severity }) => severity === "error"), true, wrong);
  }
});
