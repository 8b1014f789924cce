import { scenario } from "../world/scenario.ts";
import { GLOBALS } from "../world/site.ts";

/** Two web servers, each with the method by which it gets clients' packets. */
const site = (first: string, second = first) =>
  `${GLOBALS}
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 ${first}
            real = 10.0.0.12:80 ${second}
            service = http
            scheduler = rr
`;

/** Their table: the option of ipvsadm for each one's method. */
const siteUp = (first: string, second = first) => `
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 ${first}
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 ${second}
`;

scenario("masq: clients' requests reach real servers on another port", async ({ director, reals, table, client }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(`${GLOBALS}
    virtual = 192.0.2.10:8080
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 masq
            service = http
            scheduler = rr
  `);
  await table.becomes(`
    -A -t 192.0.2.10:8080 -s rr
    -a -t 192.0.2.10:8080 -r 10.0.0.11:80 -m -w 1
    -a -t 192.0.2.10:8080 -r 10.0.0.12:80 -m -w 1
  `);
  await client.isServedBy("192.0.2.10:8080", "10.0.0.11", "10.0.0.12");
});

scenario("gate: real servers answer clients directly, from their loopback's address", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"], "gate");
  await director.start(site("gate"));
  await table.becomes(siteUp("-g -w 1"));
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");

  reals.stop("10.0.0.12");
  await table.becomes(`
    -A -t 192.0.2.10:80 -s rr
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -g -w 1
  `);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11");
});

scenario("ipip: real servers get clients' packets through a tunnel", async ({ director, reals, table, client }) => {
  await reals.are(["10.0.0.11", "10.0.0.12"], "ipip");
  await director.start(site("ipip"));
  await table.becomes(siteUp("-i -w 1"));
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");
});

scenario("ipip:gue and ipip:gre: clients' packets come in UDP, and by GRE", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"], "ipip");
  await reals.types("10.0.0.11", "modprobe fou && ip fou add port 6080 gue");
  const alone = "ip addr flush dev tunl0 && ip addr add 192.0.2.10/32 dev gre0";
  await reals.types("10.0.0.12", `modprobe ip_gre && ip link set gre0 up && ${alone}`);
  await reals.types("10.0.0.12", "sysctl -qw net.ipv4.conf.gre0.rp_filter=0");
  await director.start(site("ipip:gue:6080", "ipip:gre"));
  await table.becomes(
    siteUp("-i -w 1 --tun-type gue --tun-port 6080 --tun-nocsum", "-i -w 1 --tun-type gre --tun-nocsum"),
  );
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");
});

for (const method of ["gate", "ipip"] as const) {
  scenario(
    `${method}: real servers are checked through the virtual service's address, as clients meet them`,
    async (world) => {
      const { director, reals, table, client } = world;
      await reals.are(["10.0.0.11", "10.0.0.12"], method);
      // The answers come from an address that is the director's own, too.
      await director.host.run("sysctl", "-qw", "net.ipv4.conf.eth0.accept_local=1");
      const kernel = `-${method === "gate" ? "g" : "i"} -w 1`;
      const marks = `
      -A -f 11 -s wrr
      -a -f 11 -r 10.0.0.11:0 ${kernel}
      -A -f 12 -s wrr
      -a -f 12 -r 10.0.0.12:0 ${kernel}
    `;
      await director.start(`${GLOBALS}
    virtual = 11
            real = 10.0.0.11 ${method}
            checktype = on
    virtual = 12
            real = 10.0.0.12 ${method}
            checktype = on
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 ${method} checkip:192.0.2.10 checkmark:11
            real = 10.0.0.12:80 ${method} checkip:192.0.2.10 checkmark:12
            bindto = 10.0.0.1
            service = http
            receive = "10\\.0\\.0\\.1[12]"
            scheduler = rr
    `);
      await table.becomes(`${marks}
      -A -t 192.0.2.10:80 -s rr
      -a -t 192.0.2.10:80 -r 10.0.0.11:80 ${kernel}
      -a -t 192.0.2.10:80 -r 10.0.0.12:80 ${kernel}
    `);
      await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");

      // It still answers at its own address, which would satisfy any other check; clients get nothing from it.
      await reals.types("10.0.0.12", `ip addr del 192.0.2.10/32 dev ${method === "gate" ? "lo" : "tunl0"}`);
      await table.becomes(`${marks}
      -A -t 192.0.2.10:80 -s rr
      -a -t 192.0.2.10:80 -r 10.0.0.11:80 ${kernel}
    `);
      await client.isServedBy("192.0.2.10:80", "10.0.0.11");
    },
  );
}

scenario("three methods in one service, and a quiescent gate server gets its weight back", async (world) => {
  const { director, reals, table } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await reals.are(["10.0.0.13"], "gate");
  await director.start(`
    checktimeout = 2
    checkinterval = 1
    quiescent = yes
    virtual = 192.0.2.10:80
            real = 10.0.0.11:80 masq
            real = 10.0.0.12:80 ipip
            real = 10.0.0.13:80 gate 5
            service = http
            scheduler = wlc
  `);
  const withWeight = (weight: number) => `
    -A -t 192.0.2.10:80 -s wlc
    -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -i -w 1
    -a -t 192.0.2.10:80 -r 10.0.0.13:80 -g -w ${weight}
  `;
  await table.becomes(withWeight(5));
  reals.stop("10.0.0.13");
  await table.becomes(withWeight(0));
  await reals.start("10.0.0.13");
  await table.becomes(withWeight(5));
});
