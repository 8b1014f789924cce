import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { fromKeepalived } from "../../../src/config/import/keepalived.ts";
import { writeCf } from "../../../src/config/cf/write.ts";
import { saysFacts } from "../../facts.ts";
import { load, pure } from "../fixture.ts";

const KEEPALIVED = `! Configuration File for keepalived
global_defs {
   notification_email {
     admin@example.com
     oncall@example.com
   }
   notification_email_from lb@example.com
   smtp_server 192.168.200.1
   router_id LVS_DEVEL
}
vrrp_instance VI_1 {
    state MASTER
    virtual_ipaddress {
        192.168.200.16
    }
}
virtual_server 192.168.200.100 443 {
    delay_loop 6
    lb_algo wrr
    lb_kind DR
    persistence_timeout 50
    protocol TCP
    sorry_server 192.168.200.200 443

    real_server 192.168.201.100 443 {
        weight 1
        inhibit_on_failure
        SSL_GET {
            url {
              path /
              digest ff20ad2481f97b1754ef3e12ecd3a9cc
            }
            url {
              path /mrtg/ # the second one
              status_code 200
            }
            connect_timeout 2.5
            retry 3
            delay_before_retry 2
        }
    }
    real_server 192.168.201.101 443 {
        weight 2
        inhibit_on_failure
        uthreshold 100
        SSL_GET {
            url {
              path /other
              regex "all well"
            }
            url {
              path /mrtg/
            }
            connect_timeout 2.5
            retry 3
            delay_before_retry 2
        }
    }
}
virtual_server_group G {
  10.10.10.2 1358
  fwmark 7
}
virtual_server group G {
    delay_loop 6
    lvs_sched wlc
    quorum 2
    real_server 192.168.200.2 1358 {
        TCP_CHECK {
            connect_timeout 3
        }
    }
    real_server 192.168.200.3 1358 {
        MISC_CHECK {
            misc_path "/usr/local/bin/x --y 1"
        }
        notify_down /bin/false
    }
}
virtual_server fd00::1 53
{
    protocol UDP
    ops
    real_server fd00::2 53 {
      DNS_CHECK {
         name www.example.org
         type AAAA
      }
    }
}
`;

const OURS = `emailalert = "admin@example.com, oncall@example.com"
emailalertfrom = "lb@example.com"
smtp = 192.168.200.1

virtual = 192.168.200.100:443
	scheduler = wrr
	persistent = 50
	protocol = tcp
	fallback = 192.168.200.200:443 gate
	checkinterval = 6
	quiescent = yes
	service = https
	request = "/"
	checktimeout = 2.5
	failurecount = 4
	retryinterval = 2
	alsocheck = https "/mrtg/", ""
	real = 192.168.201.100:443 gate 1
	real = 192.168.201.101:443 gate 2 "/other", "all well" u:100

virtual = 10.10.10.2:1358
	scheduler = wlc
	quorum = 2
	checkinterval = 6
	quiescent = no
	checktype = connect
	checktimeout = 3
	real = 192.168.200.2:1358 masq 1 {
		failurecount = 2
		retryinterval = 1
	}
	real = 192.168.200.3:1358 masq 1 {
		checktype = external
		checkcommand = "/usr/local/bin/x --y 1"
		checktimeout = 6
	}

virtual = 7
	scheduler = wlc
	quorum = 2
	checkinterval = 6
	quiescent = no
	checktype = connect
	checkport = 1358
	checktimeout = 3
	real = 192.168.200.2 masq 1 {
		failurecount = 2
		retryinterval = 1
	}
	real = 192.168.200.3 masq 1 {
		checktype = external
		checkcommand = "/usr/local/bin/x --y 1"
		checktimeout = 6
	}

virtual6 = [fd00::1]:53
	protocol = udp
	ops = yes
	scheduler = wlc
	checkinterval = 60
	quiescent = no
	service = dns
	request = "www.example.org"
	dnstype = AAAA
	checktimeout = 5
	failurecount = 4
	real6 = [fd00::2]:53 masq 1
`;

pure("keepalived's virtual servers of SCTP are carried over", () => {
  const { outline, notes } = fromKeepalived(
    "virtual_server 192.0.2.1 3868 {\n lvs_sched rr\n lvs_method NAT\n protocol SCTP\n" +
      " real_server 10.0.0.1 3868 {\n TCP_CHECK {\n }\n }\n}\n",
  );
  const text = writeCf(outline);
  ok(text.includes("\tprotocol = sctp\n"), text);
  deepStrictEqual(load(text).problems, []);
  saysFacts(notes.map(({ line, text }) => `${line}: ${text}`), ["4: TCP_CHECK … sctp …"]);
});

pure("keepalived's virtual servers are carried over, and what is not is said", () => {
  const { outline, notes } = fromKeepalived(KEEPALIVED);
  const text = writeCf(outline);
  strictEqual(text, OURS);
  deepStrictEqual(load(text).problems, []);
  saysFacts(notes.map(({ line, text }) => `${line}: ${text}`), [
    "11: vrrp_instance … heartbeat … Pacemaker",
    "31: digest … receive = …",
    "35: status_code … first …",
    "74: … MISC_CHECK … four more arguments …",
    "77: notify_down … notify = PROGRAM …",
  ]);
});

/** A section of one real server, with what stands in its virtual_server, in the real_server, and in the check. */
const section = (virtual: string, real: string, check: string) =>
  `virtual_server 10.0.0.100 80 {\n${virtual}\nreal_server 10.0.0.1 80 {\n${real}\n${check}\n}\n}\n`;

/** Lines of keepalived, lines of ours, and the notes. */
const CARRIED: [what: string, keepalived: string, ours: string[], notes: RegExp[]][] = [
  [
    "what a virtual_server says of checks counts for its real servers, unless they or their checks say otherwise",
    section(
      "connect_timeout 7\nretry 5\nvirtualhost a.example\ninhibit_on_failure",
      "retry 4\nvirtualhost b.example",
      "HTTP_GET {\nurl {\npath /\n}\n}",
    ),
    ["checktimeout = 7", "failurecount = 5", "retryinterval = 3", 'virtualhost = "b.example"', "quiescent = yes"],
    [],
  ],
  [
    "a MISC_CHECK may take as long as the time between two, and is not repeated",
    section("delay_loop 9", "", "MISC_CHECK {\nmisc_path /bin/x\nmisc_dynamic\n}"),
    ["checktimeout = 9", "checkinterval = 9"],
    [/given four more arguments/, /misc_dynamic is left out: write dynamicweight = yes/],
  ],
  [
    "a FILE_CHECK: its file holds no weight but what is added to it",
    section("", "", "FILE_CHECK {\ntrack_file load\n}"),
    ["checktype = connect"],
    [/FILE_CHECK is left out, and a connection.*weightfile = PATH/, /track_file/],
  ],
  [
    "a further FILE_CHECK",
    section("", "", "TCP_CHECK {\n}\nFILE_CHECK {\ntrack_file load\n}"),
    ["checktype = connect"],
    [/a further FILE_CHECK is left out.*weightfile = PATH/],
  ],
  [
    "the quorum: keepalived's goes down below quorum - hysteresis, and up at quorum + hysteresis",
    section("quorum 10\nhysteresis 3", "", "TCP_CHECK {\n}"),
    ["quorum = 7", "hysteresis = 6"],
    [],
  ],
  [
    "a hysteresis that leaves no quorum",
    section("quorum 2\nhysteresis 2", "", "TCP_CHECK {\n}"),
    ["hysteresis = 3"],
    [],
  ],
  [
    "programs for the quorum become one program that is called with up or down",
    section('quorum_up "/sbin/ip addr add 192.0.2.1/32 dev lo"\nquorum_down /bin/gone', "", "TCP_CHECK {\n}"),
    [
      `quorumcommand = "/bin/sh -c 'case $1 in up) exec /sbin/ip addr add 192.0.2.1/32 dev lo;; down) exec /bin/gone;; esac' quorum"`,
    ],
    [],
  ],
  [
    "one with words that a shell would take apart is left out",
    section('quorum_up "/bin/x $(reboot)"', "", "TCP_CHECK {\n}"),
    [],
    [/quorum_up is left out: quorumcommand = PROGRAM/],
  ],
  [
    "fractions of a second, in tenths, rounded up",
    section("delay_loop 0.25", "retry 2\ndelay_before_retry 0.1", "TCP_CHECK {\nconnect_timeout 0.3\n}"),
    ["checktimeout = 0.3", "retryinterval = 0.1", "checkinterval = 0.3"],
    [],
  ],
  [
    "a page that must not have something in it is not one that must",
    section("", "", "HTTP_GET {\nurl {\npath /\nregex error\nregex_no_match\n}\n}"),
    ['request = "/"'],
    [/regex_no_match is left out, with its regex/],
  ],
  [
    "a regex without regard to case",
    section("", "", "HTTP_GET {\nurl {\npath /\nregex Well\nregex_options caseless\n}\n}"),
    ['receive = "(?i)Well"'],
    [],
  ],
  [
    "a real server with another check has its own, and what not all have is left to those",
    section("", "", "HTTP_GET {\nurl {\npath /a\n}\n}").replace(
      /\}\n$/,
      "real_server 10.0.0.2 80 {\nTCP_CHECK {\nconnect_timeout 5\nretry 1\n}\n}\n" +
        "real_server 10.0.0.3 80 {\ndelay_loop 7\nHTTP_GET {\nurl {\npath /c\n}\n}\n}\n}\n",
    ),
    [
      "failurecount = 2",
      "real = 10.0.0.1:80 masq 1 {",
      "service = http",
      'request = "/a"',
      "real = 10.0.0.2:80 masq 1 {",
      "checktype = connect",
      "real = 10.0.0.3:80 masq 1 {",
      'request = "/c"',
      "checkinterval = 7",
    ],
    [],
  ],
  [
    "a group of members that say the same is one section",
    `virtual_server_group G {\n10.0.0.100 80\n10.0.0.100 443\n}\n${
      section("", "", "TCP_CHECK {\n}").replace("10.0.0.100 80 {", "group G {")
    }`,
    ["virtual = 10.0.0.100:80, 10.0.0.100:443", "checktype = connect"],
    [],
  ],
  [
    "a further page has no status of its own",
    section("", "", "HTTP_GET {\nurl {\npath /\n}\nurl {\npath /b\nstatus_code 301\n}\n}"),
    ['alsocheck = http "/b", ""'],
    [/status_code of a further url is left out/],
  ],
  [
    "the mark of a check's packets",
    section("", "", "TCP_CHECK {\nfwmark 7\n}"),
    ["checkmark = 7"],
    [],
  ],
  [
    "a mark has no protocol",
    "virtual_server fwmark 3 {\nprotocol TCP\nreal_server 10.0.0.1 80 {\nTCP_CHECK {\n}\n}\n}",
    ["virtual = 3", "checkport = 80"],
    [],
  ],
  [
    "a real server without an address is reported",
    section("", "", "TCP_CHECK {\n}").replace("real_server 10.0.0.1", "real_server $WEB1"),
    ["virtual = 10.0.0.100:80"],
    [/real_server \$WEB1 is left out: it has no address/],
  ],
  [
    "an unknown keyword that every object has is unknown",
    `constructor x\n${section("", "valueOf 1", "TCP_CHECK {\n}")}`,
    ["virtual = 10.0.0.100:80"],
    [
      /^constructor is left out: there is nothing like it here$/,
      /^valueOf is left out: there is nothing like it here$/,
    ],
  ],
];

for (const [what, keepalived, ours, notes] of CARRIED) {
  pure(`keepalived: ${what}`, () => {
    const carried = fromKeepalived(keepalived);
    const text = writeCf(carried.outline);
    const lines = text.split("\n").map((line) => line.trim());
    deepStrictEqual(ours.filter((line) => !lines.includes(line)), [], text);
    strictEqual(carried.notes.length, notes.length, carried.notes.map(({ text }) => text).join("\n"));
    for (const [i, { text }] of carried.notes.entries()) match(text, notes[i]);
    deepStrictEqual(load(text).problems.filter(({ severity }) => severity === "error"), []);
    strictEqual(/receive = "error"|protocol = tcp/.test(text), false);
  });
}

pure("any text is read, and none is a hazard", () => {
  for (
    const text of [
      "",
      "}",
      "{",
      "virtual_server",
      "virtual_server {",
      "virtual_server group",
      "real_server a b {\n}",
      '"',
    ]
  ) {
    writeCf(fromKeepalived(text).outline);
  }
});
