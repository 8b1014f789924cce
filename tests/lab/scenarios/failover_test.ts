import { scenario } from "../world/scenario.ts";

const CONFIG = `
  checktimeout = 1
  checkinterval = 1
  quiescent = no
  virtual = 192.0.2.10:80
          real = 10.0.0.11:80 masq 1
          real = 10.0.0.12:80 masq 2
          service = http
          request = "index.html"
          receive = "10.0.0"
          scheduler = wrr
`;

const ALL_UP = `
  -A -t 192.0.2.10:80 -s wrr
  -a -t 192.0.2.10:80 -r 10.0.0.11:80 -m -w 1
  -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 2
`;

scenario("quiescent=no: a dead real server leaves the table, and returns when it lives", async (world) => {
  const { director, reals, table, client } = world;
  await reals.are(["10.0.0.11", "10.0.0.12"]);
  await director.start(CONFIG);
  await table.becomes(ALL_UP);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");

  reals.stop("10.0.0.11");
  await table.becomes(`
    -A -t 192.0.2.10:80 -s wrr
    -a -t 192.0.2.10:80 -r 10.0.0.12:80 -m -w 2
  `);
  await client.isServedBy("192.0.2.10:80", "10.0.0.12");

  await reals.start("10.0.0.11");
  await table.becomes(ALL_UP);
  await client.isServedBy("192.0.2.10:80", "10.0.0.11", "10.0.0.12");
});
