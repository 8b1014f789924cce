/**
 * Installs the Debian packages that the tests, the demo and the benchmark run: a kernel with IPVS that is an
 * ordinary process (User-Mode Linux), real web servers, and the programs to compare with.
 */

import { fail, say, step } from "./terminal.ts";

/** Packages, with what each is for. */
type Packages = Readonly<Record<string, string>>;

/** What shows the director at work: a kernel, hosts, web servers. */
const STAGE: Packages = {
  "user-mode-linux": "a Linux kernel with IPVS, run as a process",
  "ipvsadm": "reads and changes the kernel's IPVS table",
  "iproute2": "network namespaces: director, client and real servers",
  "iptables": "makes a real server silent, and marks packets",
  "mount": "mounts its file systems",
  "kmod": "loads the kernel's modules",
  "procps": "sysctl",
  "iputils-ping": "the ping check's last resort",
  "nginx-light": "real servers",
};

/** What the tests and the benchmark need beyond that. */
const PEERS: Packages = {
  "openssl": "certificates of servers",
  "socat": "real servers that speak udp",
  "python3-aiosmtpd": "a mail server that keeps what it takes",
  "bind9": "a name server",
  "slapd": "a directory server",
  "postgresql": "a database server",
  "mariadb-server": "another one",
  "kamailio": "a SIP server",
  "kamailio-tls-modules": "with TLS",
  "freeradius": "a RADIUS server",
  "dovecot-imapd": "a mail store, by IMAP",
  "dovecot-pop3d": "and by POP3",
  "postfix": "a mail server",
  "vsftpd": "a file server",
  "squid": "a proxy",
  "redis-server": "a store",
  "memcached": "a cache",
  "chromium": "a browser for the status page",
  "prometheus": "promtool, for the metrics and the alert rules",
  "systemd": "a service manager",
  "rsyslog": "a system log",
  "logrotate": "puts old logs away",
  "inn2-inews": "what the news server below shares with its clients",
  "libpython3.11": "and what it is linked with",
  "etcd-server": "a store that speaks gRPC",
  "python3-grpcio": "gRPC's own library",
  "pacemaker": "a cluster manager",
  "pacemaker-cli-utils": "its commands",
  "corosync": "what its nodes talk by",
  "resource-agents": "addresses that it moves, and ocf-tester",
  "libxml2-utils": "reads an agent's description",
  "heartbeat": "the cluster manager before that",
  "net-tools": "ifconfig, for its addresses",
  "mmdebstrap": "a clean Debian system to install the package in",
  "lintian": "finds fault with the package",
  "shellcheck": "and with its scripts",
  "runit": "a supervisor",
  "daemontools": "an older one",
  "monit": "a watchman",
  "openssh-server": "the way to another director for its configuration",
  "rsync": "one that takes it there",
  "csync2": "another one",
  "ldirectord": "the Perl program, to compare with",
  "libdbd-mysql-perl": "what it asks MySQL with",
  "libdbd-pg-perl": "and PostgreSQL",
  "libnet-inet6glue-perl": "without which that dies of its first IPv6 check",
  "mandoc": "reads the manual pages closely",
  "groff-base": "as man does",
  "bash": "a shell that completes our command line",
  "zsh": "another one",
  "fish": "and a third",
  "python3-jsonschema": "judges the schema of configurations in YAML",
  "python3-yaml": "reads them for it",
  "keepalived": "the other director, to measure against",
};

/** Packages whose files alone are wanted: to be installed they ask for more of a machine than tests have. */
const UNPACKED: Packages = {
  "inn2": "a news server; its installation fails where the machine has no full name",
};

/** Where the files of such a package are. */
export function unpackedAt(name: string): string {
  return `/var/cache/ldirectord-tests/${name}`;
}

/** Where apt keeps services from being started by their installation (Debian policy 9.3.3.3). */
const POLICY = "/usr/sbin/policy-rc.d";

/** Installs what is missing for the tests and the benchmark, or ends the program saying what to do. */
export async function setup(): Promise<void> {
  const obstacle = await install({ ...STAGE, ...PEERS }) ?? await unpack(UNPACKED);
  if (obstacle) fail(obstacle);
}

/** Installs what is missing for the demonstration. Where that cannot be, says why not and what to do. */
export function installStage(): Promise<string | undefined> {
  return install(STAGE);
}

async function install(packages: Packages): Promise<string | undefined> {
  const missing = await missingOf(packages);
  if (missing === undefined) return `this is no Debian system. Needed are: ${Object.keys(packages).join(", ")}`;
  if (missing.length === 0) return undefined;
  step("Missing Debian packages");
  for (const name of missing) say(`    ${name.padEnd(22)} ${packages[name]}`);
  if (Deno.uid() !== 0) return `not root, so nothing was installed. As root: apt-get install ${missing.join(" ")}`;
  const release = forbidServiceStarts();
  try {
    return await apt(["update", "-q"]) ?? await apt(["install", "-q", "-y", "--no-install-recommends", ...missing]);
  } finally {
    release();
  }
}

async function unpack(packages: Packages): Promise<string | undefined> {
  for (const name of Object.keys(packages)) {
    const target = unpackedAt(name);
    if (await exists(target)) continue;
    if (Deno.uid() !== 0) return `not root, so ${name} was not unpacked. As root: deno task setup`;
    const directory = await Deno.makeTempDir({ prefix: "ldirectord-setup-" });
    const obstacle = await apt(["download", "-q", name], directory);
    if (obstacle) return obstacle;
    const [archive] = Array.from(Deno.readDirSync(directory), (entry) => `${directory}/${entry.name}`);
    await Deno.mkdir(target, { recursive: true });
    const { success } = await new Deno.Command("dpkg-deb", { args: ["-x", archive, target] }).spawn().status;
    await Deno.remove(directory, { recursive: true });
    if (success) continue;
    await Deno.remove(target, { recursive: true });
    return `${name} could not be unpacked: see above`;
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** The packages that are not installed; undefined where there are no Debian packages. */
async function missingOf(packages: Packages): Promise<string[] | undefined> {
  const names = Object.keys(packages);
  const args = ["-W", "-f", "${Package} ${db:Status-Status}\n", ...names];
  try {
    const { stdout } = await new Deno.Command("dpkg-query", { args, stderr: "null" }).output();
    const installed = new TextDecoder().decode(stdout).split("\n");
    return names.filter((name) => !installed.includes(`${name} installed`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Keeps nginx and the others from being started where they are only wanted as programs. Returns the undoing. */
function forbidServiceStarts(): () => void {
  try {
    Deno.writeTextFileSync(POLICY, "#!/bin/sh\nexit 101\n", { createNew: true, mode: 0o755 });
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) return () => {};
    throw error;
  }
  return () => Deno.removeSync(POLICY);
}

/** Says what to do when apt-get fails. */
async function apt(args: string[], cwd?: string): Promise<string | undefined> {
  step(`apt-get ${args.join(" ")}`);
  const env = { DEBIAN_FRONTEND: "noninteractive" };
  const { success } = await new Deno.Command("apt-get", { args, env, cwd, stdin: "null" }).spawn().status;
  return success ? undefined : `apt-get ${args[0]} failed: see its words above, mend that, and run this again`;
}

if (import.meta.main) {
  await setup();
  say("Everything is installed.");
}
