import { startMemcached, startRedis } from "../../checkers/cache_servers.ts";
import { startMosquitto, startUdpEcho } from "../../checkers/dialogue_servers.ts";
import { startNamed } from "../../checkers/dns_server.ts";
import { startEtcd } from "../../checkers/etcd_server.ts";
import { startVsftpd } from "../../checkers/ftp_server.ts";
import { startSlapd } from "../../checkers/ldap_server.ts";
import { saslSocket, startDovecot, startPostfix } from "../../checkers/mail_servers.ts";
import { startMariadb } from "../../checkers/mysql_server.ts";
import { startNnrpd } from "../../checkers/news_server.ts";
import { startPostgres } from "../../checkers/pgsql_server.ts";
import { startRadius } from "../../checkers/radius_server.ts";
import { type RealServer, type Site, startServer, temporaryDirectory } from "../../checkers/real_server.ts";
import { startKamailio } from "../../checkers/sip_server.ts";
import { PORTS } from "./rows.ts";

/** A real server of every service but http's, all on one host. */
export class ServersOfAllKinds implements AsyncDisposable {
  readonly #site: Site;
  readonly #servers: RealServer[] = [];
  readonly #stack = new AsyncDisposableStack();

  private constructor(site: Site) {
    this.#site = site;
  }

  /** Starts them; they serve when this returns. */
  static async start(site: Site): Promise<ServersOfAllKinds> {
    const all = new ServersOfAllKinds(site);
    try {
      await all.#startAll();
    } catch (error) {
      await all[Symbol.asyncDispose]();
      throw error;
    }
    return all;
  }

  /** Stops all of them in their tracks, until the result is disposed of. */
  freeze(): Disposable {
    const frozen = new DisposableStack();
    for (const server of this.#servers) frozen.use(server.freeze());
    return frozen;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#stack.disposeAsync();
  }

  async #startAll(): Promise<void> {
    const site = this.#site;
    // A system log: without one, some of them write to the console.
    const log = ["socat", "-u", "UNIX-RECV:/dev/log,unlink-early", "OPEN:/dev/null"];
    this.#stack.use(await startServer({ package: "socat", argv: log, ready: /^/ }));
    const mailboxes = await this.#start((directory) => startDovecot(directory, PORTS, site));
    await this.#start((directory) => startPostfix(directory, PORTS, saslSocket(mailboxes), site));
    await this.#start((directory) => startMariadb(directory, PORTS.mysql, site));
    await this.#start((directory) => startPostgres(directory, PORTS.pgsql, site));
    await this.#start((directory) => startNamed(directory, PORTS.dns, site));
    await this.#start((directory) => startSlapd(directory, PORTS, site));
    await this.#start((directory) => startRadius(directory, PORTS.radius, site));
    await this.#start((directory) => startKamailio(directory, { port: PORTS.sip, tlsPort: PORTS.sips }, site));
    await this.#start((directory) => startVsftpd(directory, PORTS.ftp, site));
    await this.#start((directory) => startNnrpd(directory, PORTS.nntp, site));
    await this.#start(() => startRedis(PORTS.redis, site));
    await this.#start(() => startMemcached(PORTS.memcached, site));
    const mqtt = { mqtt: PORTS.dialogue, mqtts: PORTS.dialogues };
    await this.#start((directory) => startMosquitto(directory, mqtt, site));
    await this.#start(() => startUdpEcho(PORTS.echo, site));
    await this.#start((directory) => startEtcd(directory, { clients: PORTS.grpc, peers: PORTS.grpcPeers }, site));
    const tls = { clients: PORTS.grpcs, peers: PORTS.grpcsPeers, tls: true } as const;
    await this.#start((directory) => startEtcd(directory, tls, site));
  }

  /** Gives the directory that the server has all its things in. */
  async #start(server: (directory: string) => Promise<RealServer>): Promise<string> {
    const { path } = this.#stack.use(await temporaryDirectory());
    this.#servers.push(this.#stack.use(await server(path)));
    return path;
  }
}
