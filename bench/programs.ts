import { realAddress, REALS_EACH, VIRTUALS } from "./farm.ts";

/** A program that is measured: how it is told what to do, and how it is started. */
export interface Program {
  readonly name: string;
  /** Where its configuration goes, and what is in it. */
  readonly file: string;
  readonly config: string;
  /** Starts it in the background. */
  readonly start: readonly string[];
  /** How often it is measured; the median counts. */
  readonly runs: number;
}

const INTERVAL = 1;
const TIMEOUT = 3;

/** The machine under the lab has other things to do: one run says little. */
const RUNS = 3;

/** Ours, keepalived and the Perl program. */
export function programs(ours: string): readonly Program[] {
  const file = "/etc/ha.d/bench";
  return [
    {
      name: "ours",
      file,
      // In the foreground, as keepalived is: one start of the runtime, and not the command's and the daemon's.
      config: `supervised = yes\n${ldirectordConfig()}`,
      start: ["sh", "-c", `${ours} bench start >/run/ours.log 2>&1 &`],
      runs: RUNS,
    },
    {
      name: "keepalived 2.2.7",
      file: "/run/keepalived.conf",
      config: keepalivedConfig(),
      // In the foreground, with its log in a file as the others have theirs, and in no syslog: that would be the console.
      start: [
        "sh",
        "-c",
        "keepalived -C -n -l -G -f /run/keepalived.conf -p /run/ka.pid -c /run/kac.pid >/run/ka.log 2>&1 &",
      ],
      runs: RUNS,
    },
    {
      name: "Perl 4.12",
      file,
      config: ldirectordConfig(),
      start: ["/usr/sbin/ldirectord", "bench", "start"],
      runs: 1,
    },
  ];
}

function ldirectordConfig(): string {
  const reals = (virtual: number) =>
    each(REALS_EACH, (real) => `        real = ${realAddress(virtual, real)}:80 masq 1`);
  const virtuals = each(VIRTUALS, (virtual) =>
    [
      `virtual = ${virtualAddress(virtual)}:80`,
      ...reals(virtual),
      "        service = http",
      '        request = "index.html"',
      "        scheduler = wrr",
    ].join("\n"));
  return [
    `checkinterval = ${INTERVAL}`,
    `checktimeout = ${TIMEOUT}`,
    `negotiatetimeout = ${TIMEOUT}`,
    "quiescent = no",
    ...virtuals,
    "",
  ].join("\n");
}

/** `alpha`: nobody enters before a check has passed, as with the others. `retry 0`: nor is a failure forgiven. */
function keepalivedConfig(): string {
  const real = (virtual: number, index: number) => `
    real_server ${realAddress(virtual, index)} 80 {
      weight 1
      HTTP_GET {
        url { path /index.html status_code 200 }
        connect_timeout ${TIMEOUT}
        retry 0
      }
    }`;
  return each(VIRTUALS, (virtual) => `
virtual_server ${virtualAddress(virtual)} 80 {
    delay_loop ${INTERVAL}
    lb_algo wrr
    lb_kind NAT
    protocol TCP
    alpha
${each(REALS_EACH, (index) => real(virtual, index)).join("\n")}
}`).join("\n");
}

function virtualAddress(virtual: number): string {
  return `192.0.2.${virtual}`;
}

function each<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, i) => make(i + 1));
}
