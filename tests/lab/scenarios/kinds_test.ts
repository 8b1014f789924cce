import { deepStrictEqual } from "node:assert/strict";
import { scenario } from "../world/scenario.ts";

scenario("a firewall mark: one service for all packets that carry it", async ({ director, reals, table, client }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  const mark = "-t mangle -A PREROUTING -d 192.0.2.10 -p tcp --dport 80 -j MARK --set-mark 7";
  await director.host.run("iptables-legacy", ...mark.split(" "));
  await director.start(`
    checktimeout = 1
    checkinterval = 1
    quiescent = no
    virtual = 7
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq 3
            protocol = fwm
            service = http
            scheduler = wrr
  `);
  await table.becomes(`
    -A -f 7 -s wrr
    -a -f 7 -r 10.0.0.11:80 -m -w 1
    -a -f 7 -r 10.0.0.12:80 -m -w 3
  `);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");

  reals.stop("10.0.0.12");
  await table.becomes(`
    -A -f 7 -s wrr
    -a -f 7 -r 10.0.0.11:80 -m -w 1
  `);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11");
});

scenario("IPv6: address and firewall mark, real servers checked over IPv6", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`
    checktimeout = 2
    checkinterval = 1
    quiescent = no
    virtual6 = [2001:db8:1::10]:80
            real6 = [2001:db8:2::11]:80 masq
            real6 = [2001:db8:2::12]:80 masq
            fallback6 = [::1]:80
            service = http
            scheduler = rr
            persistent = 60
            netmask = 64
    virtual6 = 8
            real6 = [2001:db8:2::11]:80 gate
            protocol = fwm
            service = http
            scheduler = rr
  `);
  const marked = `
    -A -f 8 -6 -s rr
    -a -f 8 -6 -r [2001:db8:2::11]:80 -g -w 1
  `;
  await table.becomes(`
    -A -t [2001:db8:1::10]:80 -s rr -p 60 -M 64
    -a -t [2001:db8:1::10]:80 -r [2001:db8:2::11]:80 -m -w 1
    -a -t [2001:db8:1::10]:80 -r [2001:db8:2::12]:80 -m -w 1
    ${marked}`);

  reals.stop("10.0.0.12");
  await table.becomes(`
    -A -t [2001:db8:1::10]:80 -s rr -p 60 -M 64
    -a -t [2001:db8:1::10]:80 -r [2001:db8:2::11]:80 -m -w 1
    ${marked}`);
  await client.isServedBy("[2001:db8:1::10]:80", "10.0.0.11");

  reals.stop("10.0.0.11");
  await table.becomes(`
    -A -t [2001:db8:1::10]:80 -s rr -p 60 -M 64
    -a -t [2001:db8:1::10]:80 -r [::1]:80 -g -w 1
    -A -f 8 -6 -s rr
  `);
});

scenario("udp with ops: each datagram is scheduled on its own", async ({ director, reals, table, client }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await reals.answerDatagrams("10.0.0.11", 5353);
  await reals.answerDatagrams("10.0.0.12", 5353);
  await director.start(`
    checktimeout = 1
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:5353
            real = 10.0.0.11:5353 masq
            real = 10.0.0.12:5353 masq
            protocol = udp
            ops = yes
            checktype = ping
            scheduler = rr
  `);
  await table.becomes(`
    -A -u 192.0.2.10:5353 -s rr -o
    -a -u 192.0.2.10:5353 -r 10.0.0.11:5353 -m -w 1
    -a -u 192.0.2.10:5353 -r 10.0.0.12:5353 -m -w 1
  `);
  await client.isServedByUdp("192.0.2.10:5353", "10.0.0.11", "10.0.0.12");

  await reals.silence("10.0.0.12");
  await table.becomes(`
    -A -u 192.0.2.10:5353 -s rr -o
    -a -u 192.0.2.10:5353 -r 10.0.0.11:5353 -m -w 1
  `);
  await client.isServedByUdp("192.0.2.10:5353", "10.0.0.11");
});

scenario("persistence: a client stays with its real server until that is gone", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`
    checktimeout = 1
    checkinterval = 1
    quiescent = no
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 1
            real = 10.0.0.12:80 masq 100
            service = http
            scheduler = wlc
            persistent = 600
            netmask = 255.255.255.0
  `);
  await table.becomes(`
    -A -t 192.0.2.10:80 -s wlc -p 600 -M 255.255.255.0
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 100
  `);
  await client.isServedBy("192.0.2.10:80", "10.0.0.12");

  reals.stop("10.0.0.12");
  await table.becomes(`
    -A -t 192.0.2.10:80 -s wlc -p 600 -M 255.255.255.0
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
  `);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11");
});

scenario("thresholds: connections above which a real server gets no more", async ({ director, reals, table }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`
    checktimeout = 1
    checkinterval = 1
    quiescent = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq 1 "/", "10.0.0.11" l:10 u:20
            real = 10.0.0.12:80 masq 1 u:30
            service = http
            scheduler = wlc
  `);
  const tableWith = (weight: number) => `
    -A -t 192.0.2.10:80 -s wlc
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w ${weight}
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 1
  `;
  await table.becomes(tableWith(1));
  const expected = { "10.0.0.11:80": "20 10", "10.0.0.12:80": "30 0" };
  deepStrictEqual(await table.thresholds(), expected);

  reals.stop("10.0.0.11");
  await table.becomes(tableWith(0));
  deepStrictEqual(await table.thresholds(), expected, "at weight 0 they stay");
});
