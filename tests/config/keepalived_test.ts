import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { fromKeepalived } from "../../src/config/keepalived.ts";
import { writeCf } from "../../src/config/write_cf.ts";
import { load, pure } from "./fixture.ts";

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
	checktimeout = 3
	failurecount = 4
	retryinterval = 2
	alsocheck = https "/mrtg/", ""
	real = 192.168.201.100:443 gate 1
	real = 192.168.201.101:443 gate 2 "/other", "all well" u:100

virtual = 10.10.10.2:1358
	scheduler = wlc
	checkinterval = 6
	quiescent = no
	checktype = connect
	checktimeout = 3
	real = 192.168.200.2:1358 masq 1
	real = 192.168.200.3:1358 masq 1

virtual = 7
	scheduler = wlc
	checkinterval = 6
	quiescent = no
	checktype = connect
	checkport = 1358
	checktimeout = 3
	real = 192.168.200.2 masq 1
	real = 192.168.200.3 masq 1

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
	real6 = [fd00::2]:53 masq 1
`;

pure("keepalived's virtual servers are carried over, and what is not is said", () => {
  const { outline, notes } = fromKeepalived(KEEPALIVED);
  const text = writeCf(outline);
  strictEqual(text, OURS);
  deepStrictEqual(load(text).problems, []);
  deepStrictEqual(notes.map(({ line, text }) => `${line}: ${text}`), [
    "11: vrrp_instance is left out: moving addresses between directors is not this program's: keep it, or use heartbeat " +
    "or Pacemaker",
    "31: digest is left out: write receive = text of the page instead",
    "67: quorum is left out: the fallback waits for the last one",
    "73: 192.168.200.3 1358 is checked as the first real server of its section: checktype, checktimeout, checkcommand " +
    "cannot differ between them",
    "74: the program of MISC_CHECK is given four more arguments here: virtual address and port, real address and port",
    "77: notify_down is left out: there is nothing like it here",
  ]);
});

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
