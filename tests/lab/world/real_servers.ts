import { FRONT, GATEWAY, sibling6, VIRTUAL } from "./addresses.ts";
import { run } from "./command.ts";
import { isThere } from "./files.ts";
import { Host } from "./host.ts";
import { poll } from "./wait.ts";

const RUN = "/run/lab";

/**
 * How the real server gets clients' packets, and so what its network looks like; bare: it is not set up; routed: it has a
 * router, at .254 of its network, and nothing else.
 */
export type Forwarding = "gate" | "masq" | "ipip" | "bare" | "routed";

/** What stands where a real server's kernel would otherwise answer for the virtual service's address. */
const NO_ARP_FOR_VIRTUAL = ["net.ipv4.conf.all.arp_ignore=1", "net.ipv4.conf.all.arp_announce=2"];
const NO_SOURCE_CHECK = ["net.ipv4.conf.all.rp_filter=0", "net.ipv4.conf.eth0.rp_filter=0"];

/**
 * The lab's real servers: a host and an nginx each, known by their IPv4 address, which is also the page they give.
 * Each has the IPv6 address 2001:db8:2::N beside 10.0.0.N.
 */
export class RealServers {
  readonly #hosts = new Map<string, Host>();

  /** Sets up hosts, and web servers on them. */
  async are(addresses: readonly string[], forwarding: Forwarding = "masq"): Promise<void> {
    await Deno.mkdir(RUN, { recursive: true });
    if (!await isThere(`${RUN}/key.pem`)) await makeCertificate();
    for (const address of addresses) {
      this.#hosts.set(address, await createHost(address, forwarding));
      await Deno.writeTextFile(`${RUN}/${address}.conf`, nginxConfig(address));
      await this.start(address);
    }
  }

  /** Starts the web server; it listens when this returns. */
  async start(address: string): Promise<void> {
    await this.#host(address).run("nginx", "-c", `${RUN}/${address}.conf`);
  }

  /** Kills the web server: connections are refused. */
  stop(address: string): void {
    this.#signal(address, "SIGKILL");
  }

  /** Types a command on the real server; it must succeed. */
  async types(address: string, command: string): Promise<void> {
    await this.#host(address).run("sh", "-c", command);
  }

  /** Stops the web server in its tracks: connections are accepted by its kernel, and nothing is ever answered. */
  stall(address: string): void {
    this.#signal(address, "SIGSTOP");
  }

  /** Lets a stalled web server go on. */
  resume(address: string): void {
    this.#signal(address, "SIGCONT");
  }

  /** Makes the web server answer 503. */
  async sicken(address: string): Promise<void> {
    await Deno.writeTextFile(`${RUN}/${address}.sick`, "");
  }

  /** Undoes {@link sicken}. */
  async heal(address: string): Promise<void> {
    await Deno.remove(`${RUN}/${address}.sick`);
  }

  /** Refuses every connection and answers no ping, until {@link unsilence}. */
  async refuse(address: string): Promise<void> {
    const host = this.#host(address);
    for (const [iptables, echo] of [["iptables-legacy", "icmp"], ["ip6tables-legacy", "ipv6-icmp"]]) {
      await host.run(iptables, "-A", "INPUT", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset");
      const request = echo === "icmp" ? ["--icmp-type", "echo-request"] : ["--icmpv6-type", "echo-request"];
      await host.run(iptables, "-A", "INPUT", "-p", echo, ...request, "-j", "DROP");
    }
  }

  /** Turns every connection away as a firewall may, by words that differ from a refusal, until {@link unsilence}. */
  async prohibit(address: string): Promise<void> {
    const host = this.#host(address);
    const reject = ["-A", "INPUT", "-p", "tcp", "-j", "REJECT", "--reject-with"];
    await host.run("iptables-legacy", ...reject, "icmp-proto-unreachable");
    await host.run("ip6tables-legacy", ...reject, "icmp6-adm-prohibited");
  }

  /** Drops every packet to the host, as a dead machine would. */
  async silence(address: string): Promise<void> {
    await this.#firewall(address, "-A", "INPUT", "-j", "DROP");
  }

  /** Undoes {@link silence}, {@link refuse} and {@link prohibit}. */
  async unsilence(address: string): Promise<void> {
    await this.#firewall(address, "-F", "INPUT");
  }

  /** Starts a server that repeats what it is sent. */
  async echo(address: string, port: number): Promise<void> {
    this.#host(address).start("socat", `TCP4-LISTEN:${port},fork,reuseaddr`, "EXEC:cat");
    const listens = async () => (await this.#host(address).run("ss", "-ltn")).includes(`:${port} `);
    if (!await poll(listens, Boolean, 5)) throw new Error(`no echo server on ${address}`);
  }

  /** Starts an agent that says that word; gives what ends it. */
  async agent(address: string, port: number, word: string): Promise<() => Promise<unknown>> {
    const listen = `TCP-LISTEN:${port},fork,reuseaddr`;
    this.#host(address).start("socat", listen, `SYSTEM:echo ${word}`);
    const listens = async () => (await this.#host(address).run("ss", "-ltn")).includes(`:${port} `);
    if (!await poll(listens, Boolean, 5)) throw new Error(`no agent on ${address}`);
    return () => this.#host(address).run("pkill", "-f", listen);
  }

  /** Starts a server that answers every datagram with the real server's address. */
  async answerDatagrams(address: string, port: number): Promise<void> {
    const answer = `SYSTEM:read -r question; echo ${address}`;
    this.#host(address).start("socat", `UDP4-RECVFROM:${port},fork`, answer);
    const listens = async () => (await this.#host(address).run("ss", "-lun")).includes(`:${port} `);
    if (!await poll(listens, Boolean, 5)) throw new Error(`no udp server on ${address}`);
  }

  /** Starts a server that gives the real server's address over SCTP, for IPv4 and IPv6. */
  async answerAssociations(address: string, port: number): Promise<void> {
    const listen = `SCTP6-LISTEN:${port},fork,reuseaddr,ipv6only=0`;
    const command = `socat -U ${listen} SYSTEM:'echo ${address}' >/dev/null 2>&1 & echo $! >${RUN}/${address}.sctp`;
    await this.types(address, command);
    const listens = async () => (await this.#host(address).run("cat", "/proc/net/sctp/eps")).includes(` ${port} `);
    if (!await poll(listens, Boolean, 5)) throw new Error(`no sctp server on ${address}`);
  }

  /** Kills that server: associations are refused. */
  async refuseAssociations(address: string): Promise<void> {
    await this.types(address, `kill -KILL $(cat ${RUN}/${address}.sctp)`);
  }

  /** Starts a server that greets as servers of mail and files do, and answers each line with itself and an OK. */
  async repeatsEverything(address: string, port: number): Promise<void> {
    const echo = "SYSTEM:echo +OK; exec sed -u s/^/+OK-/";
    this.#host(address).start("socat", `TCP-LISTEN:${port},fork,reuseaddr`, echo);
    const listens = async () => (await this.#host(address).run("ss", "-ltn")).includes(`:${port} `);
    if (!await poll(listens, Boolean, 5)) throw new Error(`no server repeats anything on ${address}`);
  }

  /** Takes everything down. */
  async destroy(): Promise<void> {
    for (const [address, host] of this.#hosts) {
      await host.destroy();
      await Deno.remove(`${RUN}/${address}.sick`).catch(() => {});
    }
    this.#hosts.clear();
  }

  #host(address: string): Host {
    const host = this.#hosts.get(address);
    if (!host) throw new Error(`the scenario has no real server ${address}`);
    return host;
  }

  #signal(address: string, signal: Deno.Signal): void {
    Deno.kill(Number(Deno.readTextFileSync(`${RUN}/${address}.pid`)), signal);
  }

  async #firewall(address: string, ...rule: string[]): Promise<void> {
    await this.#host(address).run("iptables-legacy", ...rule);
    await this.#host(address).run("ip6tables-legacy", ...rule);
  }
}

function createHost(address: string, forwarding: Forwarding): Promise<Host> {
  const own = [`addr add ${address}/24 dev eth0`, `addr add ${sibling6(address)}/64 dev eth0 nodad`];
  const name = `r${address.split(".").at(-1)}`;
  if (forwarding === "masq") {
    // Answers must go back through the director, which puts the virtual service's address on them again. One wire
    // carries both networks, so the director's kernel announces a shorter way: IPv6 can only be made not to listen.
    const network = [...own, `route add default via ${GATEWAY.v4}`, `route add ::/0 via ${GATEWAY.v6}`];
    return Host.create(name, network, ["net.ipv6.conf.eth0.accept_redirects=0"]);
  }
  if (forwarding === "routed") return Host.create(name, [own[0], `route add default via ${routerOf(address)}`]);
  if (forwarding === "bare") return Host.create(name, [...own, `route add ${FRONT.v4} dev eth0`]);
  // The host takes the virtual service's address for its own, and answers to clients directly.
  const device = forwarding === "ipip" ? "tunl0" : "lo";
  const network = [
    ...own,
    `link set ${device} up`,
    ...VIRTUAL.v4.map((virtual) => `addr add ${virtual}/32 dev ${device}`),
    ...VIRTUAL.v6.map((virtual) => `addr add ${virtual}/128 dev lo nodad`),
    `route add ${FRONT.v4} dev eth0`,
    `route add ${FRONT.v6} dev eth0`,
  ];
  const tunnel = forwarding === "ipip" ? ["net.ipv4.conf.tunl0.rp_filter=0"] : [];
  return Host.create(name, network, [...NO_ARP_FOR_VIRTUAL, ...NO_SOURCE_CHECK, ...tunnel]);
}

/** The router of the network that an address is in. */
function routerOf(address: string): string {
  return address.replace(/\d+$/, "254");
}

/** A page with the server's address, and what checks may want besides. */
function nginxConfig(address: string): string {
  return `
    master_process off;
    pid ${RUN}/${address}.pid;
    error_log ${RUN}/${address}.errors;
    events { worker_connections 512; }
    http {
      access_log off;
      keepalive_timeout 0;
      server {
        listen 80;
        listen [::]:80;
        listen 443 ssl;
        listen [::]:443 ssl;
        ssl_certificate ${RUN}/certificate.pem;
        ssl_certificate_key ${RUN}/key.pem;
        if (-e ${RUN}/${address}.sick) { return 503 "sick"; }
        location / { return 200 "${address}\\n"; }
        location /host { return 200 "$host\\n"; }
        location /again { keepalive_timeout 60; keepalive_requests 100000; return 200 "${address}\n"; }
        location /missing { return 404 "no such page\\n"; }
        location /redirect { return 302 /; }
        location /areyouthere.php { return 200 "OK ${address}\\n"; }
        location /health { return 200 '{"status":"ok","checks":[{"name":"db","queue":12}]}'; }
        location /.testpage { return 200 "test page\\n"; }
      }
    }`;
}

/** The certificate is self-signed, as is usual behind a director. */
async function makeCertificate(): Promise<void> {
  const files = ["-keyout", `${RUN}/key.pem`, "-out", `${RUN}/certificate.pem`];
  const kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=lab.example"];
  await run(["openssl", "req", "-x509", ...kind, ...files]);
}
