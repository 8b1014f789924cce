/**
 * Records what the real servers of the tests answer to our checks. As root, on a machine of its own (a namespace):
 * `unshare -n sh -c 'ip link set lo up; deno run -A tests/fuzz/record.ts [protocol]…'`.
 */

import { createSocket } from "node:dgram";
import { once } from "node:events";
import { checkOf, verdict } from "../checkers/peers.ts";
import { CERTIFICATES, LOOPBACK, startServer, temporaryDirectory } from "../checkers/real_server.ts";
import { ServersOfAllKinds } from "../lab/services/servers.ts";
import { PORTS } from "../lab/services/rows.ts";
import { type Turns, writeTurns } from "./recording.ts";
import { type FuzzRow, rowNamed, ROWS } from "./rows.ts";

await using directory = await temporaryDirectory();
await using _servers = await ServersOfAllKinds.start(LOOPBACK);
await using _web = await startWebServer(directory.path);
const wanted = Deno.args.length > 0 ? Deno.args.map(rowNamed) : ROWS;
for (const row of wanted) if (row.recordedAt !== undefined) await record(row, row.recordedAt);

async function startWebServer(path: string) {
  const site = `location /page { return 200 "the Test Page of $host\\n"; }`;
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((kind) => `${kind}_temp_path ${path};`);
  await Deno.writeTextFile(
    `${path}/nginx.conf`,
    `daemon off; pid ${path}/nginx.pid; events {}
    http {
      access_log off; ${temporary.join(" ")}
      server { listen ${PORTS.http}; ${site} }
      server {
        listen ${PORTS.https} ssl; ${site}
        ssl_certificate ${CERTIFICATES}/valid.pem; ssl_certificate_key ${CERTIFICATES}/server.key;
      }
    }`,
  );
  const argv = ["nginx", "-c", `${path}/nginx.conf`, "-e", "stderr", "-g", "error_log stderr notice;"];
  return await startServer({ package: "nginx-light", argv, ready: /start worker process/ });
}

/** Has the row's check made through a relay that writes down what the server says. */
async function record(row: FuzzRow, server: number): Promise<void> {
  const relay = await (row.target.transport === "udp" ? relayDatagrams : relayConnection)(server);
  const said = await verdict(checkOf({ ...row.target, port: relay.port }, { negotiateTimeout: 5 }));
  const turns = await relay.close();
  console.log(
    `${row.name}: ${said}; ${turns.length} turns, ${turns.reduce((sum, { length }) => sum + length, 0)} bytes`,
  );
  writeTurns(row.name, turns);
}

interface Relay {
  readonly port: number;
  close(): Promise<Turns>;
}

async function relayDatagrams(server: number): Promise<Relay> {
  const turns: Uint8Array[] = [new Uint8Array()];
  const [front, back] = [createSocket("udp4"), createSocket("udp4")];
  let client: { readonly port: number; readonly address: string } | undefined;
  front.on("message", (datagram, from) => {
    client = from;
    back.send(datagram, server, "127.0.0.1");
  });
  back.on("message", (datagram) => {
    turns.push(Uint8Array.from(datagram));
    if (client) front.send(datagram, client.port, client.address);
  });
  front.bind(0, "127.0.0.1");
  await once(front, "listening");
  const close = () => {
    front.close();
    back.close();
    return Promise.resolve(turns);
  };
  return { port: front.address().port, close };
}

function relayConnection(server: number): Promise<Relay> {
  const turns: Uint8Array[] = [new Uint8Array()];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const relayed = (async () => {
    const client = await listener.accept();
    const peer = await Deno.connect({ hostname: "127.0.0.1", port: server });
    const forth = pump(client, peer, () => turns.push(new Uint8Array()));
    const back = pump(peer, client, (bytes) => turns.push(Uint8Array.from([...turns.pop()!, ...bytes])));
    await Promise.all([forth, back]);
    client.close();
    peer.close();
  })();
  const close = async () => {
    await relayed;
    listener.close();
    return turns;
  };
  return Promise.resolve({ port: (listener.addr as Deno.NetAddr).port, close });
}

async function pump(from: Deno.Conn, to: Deno.Conn, onBytes: (bytes: Uint8Array) => void): Promise<void> {
  const buffer = new Uint8Array(65_536);
  try {
    for (let count = await from.read(buffer); count !== null; count = await from.read(buffer)) {
      onBytes(buffer.slice(0, count));
      await to.write(buffer.slice(0, count));
    }
    await to.closeWrite();
  } catch {
    // Either of them has gone.
  }
}
