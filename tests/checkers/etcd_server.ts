/**
 * etcd, as the tests of the grpc check want it.
 */

import { LOOPBACK, type RealServer, type Site, startServer } from "./real_server.ts";

const CERTIFICATES = new URL("certificates", import.meta.url).pathname;

/** Where etcd listens: to its clients, in the clear or under TLS, and to other etcds. */
export interface EtcdPorts {
  readonly clients: number;
  readonly peers: number;
  readonly tls?: true;
}

/** Starts an etcd that is alone. */
export function startEtcd(directory: string, ports: EtcdPorts, site: Site = LOOPBACK): Promise<RealServer> {
  const scheme = ports.tls ? "https" : "http";
  const urls = [site.v4, `[${site.v6}]`].map((host) => `${scheme}://${host}:${ports.clients}`).join();
  const peers = `http://${site.v4}:${ports.peers}`;
  const argv = ["etcd", "--data-dir", `${directory}/data`, "--listen-client-urls", urls];
  argv.push("--advertise-client-urls", urls, "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers);
  argv.push("--initial-cluster", `default=${peers}`);
  if (ports.tls) {
    argv.push("--cert-file", `${CERTIFICATES}/self-signed.pem`, "--key-file", `${CERTIFICATES}/server.key`);
  }
  return startServer({ package: "etcd-server", argv, ready: /serving .*client requests/, site });
}
