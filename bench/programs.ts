import { each, realAddress, type Site, virtualAddress } from "./site.ts";

/** A program that is measured: how it is configured, and how it is started. */
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

/** The machine under the lab has other things to do: one run says little. */
const RUNS = 3;

/** Ours, keepalived and the Perl program. */
export function programs(ours: string, site: Site): readonly Program[] {
  const file = "/etc/ha.d/bench";
  return [
    {
      name: "ours",
      file,
      // In the foreground, as keepalived is: one start of the runtime, and not the command's and the daemon's.
      config: [`supervised = yes`, ...site.sentinel ? ["sentinel = yes"] : [], ldirectordConfig(site)].join("\n"),
      start: ["sh", "-c", `${ours} bench start >/run/ours.log 2>&1 &`],
      runs: RUNS,
    },
    {
      name: "keepalived 2.2.7",
      file: "/run/keepalived.conf",
      config: keepalivedConfig(site),
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
      config: ldirectordConfig(site),
      start: ["/usr/sbin/ldirectord", "bench", "start"],
      runs: 1,
    },
  ];
}

function ldirectordConfig({ virtuals, realsEach, interval, timeout }: Site): string {
  const reals = (virtual: number) =>
    each(realsEach, (real) => `        real = ${realAddress(virtual, real)}:80 masq 1`);
  const sections = each(virtuals, (virtual) =>
    [
      `virtual = ${virtualAddress(virtual)}:80`,
      ...reals(virtual),
      "        service = http",
      '        request = "index.html"',
      "        scheduler = wrr",
    ].join("\n"));
  return [
    `checkinterval = ${interval}`,
    `checktimeout = ${timeout}`,
    `negotiatetimeout = ${timeout}`,
    "quiescent = no",
    ...sections,
    "",
  ].join("\n");
}

/** `alpha`: no real server is added before a check has passed, as with the others. `retry 0`: nor is a failure forgiven. */
function keepalivedConfig({ virtuals, realsEach, interval, timeout }: Site): string {
  const real = (virtual: number, index: number) => `
    real_server ${realAddress(virtual, index)} 80 {
      weight 1
      HTTP_GET {
        url { path /index.html status_code 200 }
        connect_timeout ${timeout}
        retry 0
      }
    }`;
  return each(virtuals, (virtual) => `
virtual_server ${virtualAddress(virtual)} 80 {
    delay_loop ${interval}
    lb_algo wrr
    lb_kind NAT
    protocol TCP
    alpha
${each(realsEach, (index) => real(virtual, index)).join("\n")}
}`).join("\n");
}
