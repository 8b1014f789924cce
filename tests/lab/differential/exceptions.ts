/**
 * Where our table differs from the Perl program's on purpose. Every row has the reason; what is not here must be equal.
 */

/** The states that a configuration is looked at in. */
export type State = "up" | "down" | "stopped";

/** One difference: what our table is, in `ipvsadm -Sn`'s words, and why the other's is not right. */
export interface Exception {
  readonly state: State;
  readonly reason: string;
  readonly ours: string;
}

/** The differences of each configuration of the corpus. */
export const EXCEPTIONS: Readonly<Record<string, readonly Exception[]>> = {
  "check-off": [
    ...(["up", "down"] as const).map((state) => ({
      state,
      reason: "checktype=off activates no fallback, says the manual; the Perl program leaves the one of its start in",
      ours: `-A -t 192.0.2.10:80 -s wrr`,
    })),
  ],
  "check-ping-ipv6": [
    {
      state: "up",
      reason: "the Perl program's ping over IPv6 finds every server down",
      ours: `
        -A -t [2001:db8:1::10]:9999 -s wrr
        -a -t [2001:db8:1::10]:9999 -r [2001:db8:2::11]:9999 -m -w 1
      `,
    },
  ],
  "fallback-is-real": [
    {
      state: "up",
      reason: "the Perl program takes a real server out that is the fallback as well",
      ours: `
        -A -t 192.0.2.10:80 -s wrr
        -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
        -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
      `,
    },
  ],
  "https": [
    {
      state: "up",
      reason: "the Perl program wants the certificate's chain to be valid, though not its name; ours wants neither",
      ours: `
        -A -t 192.0.2.10:443 -s wrr
        -a -t 192.0.2.10:443 -r 10.0.0.11:443 -m -w 1
      `,
    },
  ],
  "unset": [
    {
      state: "down",
      reason: "quiescent is yes unless set, says the manual; the Perl program takes no",
      ours: `
        -A -t 192.0.2.10:80 -s wrr
        -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 0
      `,
    },
  ],
  "mark-global-fallback": [
    {
      state: "down",
      reason: "the Perl program adds the fallback as `-r :0`, which ipvsadm refuses",
      ours: `
        -A -f 7 -s wrr
        -a -f 7 -r 127.0.0.1:80 -g -w 1
      `,
    },
  ],
  "mapped-ports-quiescent": [
    {
      state: "up",
      reason: "the Perl program looks for the mapped port, and never gives a gate or ipip server its weight back",
      ours: `
        -A -t 192.0.2.10:8080 -s wrr
        -a -t 192.0.2.10:8080 -r 10.0.0.11:80 -m -w 2
        -a -t 192.0.2.10:8080 -r 10.0.0.12:8080 -g -w 2
        -a -t 192.0.2.10:8080 -r 10.0.0.13:8080 -i -w 2
      `,
    },
  ],
  "hash-schedulers": [
    ...([["up", 1], ["down", 0]] as const).map(([state, weight]) => ({
      state,
      reason:
        "ours sets the fallback flag of sh and mh: else the kernel refuses the clients of a real server of weight 0",
      ours: `
        -A -t 192.0.2.10:80 -s sh -b sh-fallback
        -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${weight}
        -A -t 192.0.2.20:80 -s mh -b mh-fallback
        -a -t 192.0.2.20:80 -r 10.0.0.11:80 -m -w ${weight}
      `,
    })),
  ],
};
