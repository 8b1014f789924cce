/** The Debian packages that the demonstration, the tests and the benchmark use, and what they start of each. */

/** What a package is needed for. */
export interface Need {
  readonly purpose: string;
  /** Programs of it that are started, by name or by path; `*` stands for a version. Set-up loads each of them once. */
  readonly starts?: readonly string[];
  /** A folder of the package with libraries of its own, which its programs are linked with. */
  readonly libraries?: string;
  /** Command lines that end with 0 where what has no program of its own, such as a module, can be loaded. */
  readonly proofs?: readonly (readonly string[])[];
}

/** Packages by name. */
export type Packages = Readonly<Record<string, Need>>;

/** What the demonstration uses: a kernel, hosts, web servers. */
export const STAGE: Packages = {
  "user-mode-linux": { purpose: "a Linux kernel with IPVS, run as a process", starts: ["linux.uml"] },
  "tcc": { purpose: "compiles what that kernel needs on processors with AMX", starts: ["tcc"] },
  "ipvsadm": { purpose: "reads and changes the kernel's IPVS table", starts: ["ipvsadm"] },
  "iproute2": { purpose: "network namespaces: director, client and real servers", starts: ["ip", "ss"] },
  "iptables": {
    purpose: "makes a real server silent, and marks packets",
    starts: ["iptables-legacy", "ip6tables-legacy", "iptables-legacy-restore"],
  },
  "mount": { purpose: "mounts its file systems", starts: ["mount"] },
  "kmod": { purpose: "loads the kernel's modules", starts: ["modprobe", "insmod", "depmod"] },
  "procps": { purpose: "kernel settings, and lists of processes", starts: ["sysctl", "pgrep", "pkill"] },
  "iputils-ping": { purpose: "the ping check's last resort", starts: ["ping"] },
  "nginx-light": { purpose: "real servers", starts: ["nginx"] },
};

/** What the tests and the benchmark use beyond {@link STAGE}. */
export const PEERS: Packages = {
  "openssl": { purpose: "certificates of servers", starts: ["openssl"] },
  "ansible-core": {
    purpose: "runs the role of packaging/ansible",
    proofs: [["env", "LC_ALL=C.UTF-8", "ansible-playbook", "--version"]],
  },
  "socat": { purpose: "real servers that speak udp", starts: ["socat"] },
  "python3-aiosmtpd": {
    purpose: "a mail server that keeps what it receives",
    proofs: [["/usr/bin/python3", "-c", "import aiosmtpd.controller"]],
  },
  "bind9": { purpose: "a name server", starts: ["named"] },
  "slapd": { purpose: "a directory server", starts: ["slapd", "slapadd"] },
  "postgresql": {
    purpose: "a database server",
    starts: ["/usr/lib/postgresql/*/bin/postgres", "/usr/lib/postgresql/*/bin/initdb"],
  },
  "mariadb-server": { purpose: "another database server", starts: ["mariadbd", "mariadb-install-db"] },
  "kamailio": { purpose: "a SIP server", starts: ["kamailio"] },
  "kamailio-tls-modules": {
    purpose: "SIP over TLS",
    starts: ["/usr/lib/x86_64-linux-gnu/kamailio/modules/tls.so"],
  },
  "freeradius": { purpose: "a RADIUS server", starts: ["freeradius"] },
  "dovecot-imapd": { purpose: "a mail store, by IMAP", starts: ["dovecot", "/usr/lib/dovecot/imap"] },
  "dovecot-pop3d": { purpose: "a mail store, by POP3", starts: ["/usr/lib/dovecot/pop3"] },
  "postfix": { purpose: "a mail server", starts: ["/usr/lib/postfix/sbin/master", "/usr/lib/postfix/sbin/smtpd"] },
  "vsftpd": { purpose: "a file server", starts: ["vsftpd"] },
  "squid": { purpose: "a proxy", starts: ["squid"] },
  "redis-server": { purpose: "a key-value store", starts: ["redis-server"] },
  "memcached": { purpose: "a cache", starts: ["memcached"] },
  "mosquitto": { purpose: "messages, by MQTT", starts: ["mosquitto", "mosquitto_passwd"] },
  "rabbitmq-server": { purpose: "messages, by AMQP", starts: ["/usr/lib/rabbitmq/bin/rabbitmq-server"] },
  "chromium": { purpose: "a browser for the status page", starts: ["chromium"] },
  "prometheus": { purpose: "checks the metrics and the alert rules", starts: ["promtool"] },
  "systemd": { purpose: "a service manager", starts: ["/lib/systemd/systemd", "systemctl", "systemd-analyze"] },
  "rsyslog": { purpose: "a system log", starts: ["rsyslogd"] },
  "logrotate": { purpose: "rotates logs", starts: ["logrotate"] },
  "etcd-server": { purpose: "a store that speaks gRPC", starts: ["etcd"] },
  "python3-grpcio": { purpose: "gRPC's own library", proofs: [["/usr/bin/python3", "-c", "import grpc"]] },
  "pacemaker": { purpose: "a cluster manager", starts: ["pacemakerd"] },
  "pacemaker-cli-utils": { purpose: "its commands", starts: ["crm_mon", "crm_resource"] },
  "corosync": { purpose: "messages between its nodes", starts: ["corosync", "corosync-cmapctl"] },
  "resource-agents": { purpose: "addresses that it moves, and ocf-tester", starts: ["ocf-tester"] },
  "libxml2-utils": { purpose: "validates an agent's description", starts: ["xmllint"] },
  "heartbeat": {
    purpose: "the cluster manager before Pacemaker",
    starts: ["/usr/libexec/heartbeat/heartbeat", "cl_status"],
  },
  "net-tools": { purpose: "ifconfig, for heartbeat's addresses", starts: ["ifconfig"] },
  "mmdebstrap": { purpose: "makes a clean Debian system", starts: ["mmdebstrap"] },
  "dpkg-dev": { purpose: "makes the package", starts: ["dpkg-gencontrol", "dpkg-source"] },
  "make": { purpose: "and reads its rules", starts: ["make"] },
  "apt-utils": {
    purpose: "asks a package's questions before its installation",
    starts: ["apt-extracttemplates"],
  },
  "debconf": { purpose: "does so with it", starts: ["dpkg-preconfigure"] },
  "rpm": { purpose: "makes the other package, and installs it", starts: ["rpmbuild", "rpm"] },
  "rpmlint": { purpose: "checks it", starts: ["rpmlint"] },
  "crun": { purpose: "runs containers", starts: ["crun"] },
  "docker-compose": { purpose: "reads the example of how they are started", starts: ["docker-compose"] },
  "lintian": { purpose: "checks the package", starts: ["lintian"] },
  "shellcheck": { purpose: "checks the shell scripts", starts: ["shellcheck"] },
  "strace": { purpose: "lists the files that a program opens", starts: ["strace"] },
  "runit": { purpose: "a supervisor", starts: ["runsvdir", "sv"] },
  "daemontools": { purpose: "an older supervisor", starts: ["svscan", "supervise", "svc"] },
  "monit": { purpose: "a monitor that restarts programs", starts: ["monit"] },
  "openssh-server": {
    purpose: "copies a configuration to another director",
    starts: ["/usr/sbin/sshd", "ssh-keygen", "scp"],
  },
  "rsync": { purpose: "copies it as well", starts: ["rsync"] },
  "csync2": { purpose: "and so does this", starts: ["csync2"] },
  "ldirectord": { purpose: "the Perl program, to compare with", starts: ["/usr/sbin/ldirectord"] },
  "libdbd-mysql-perl": { purpose: "its checks of MySQL", proofs: [["/usr/bin/perl", "-MDBD::mysql", "-e", "1"]] },
  "libdbd-pg-perl": { purpose: "its checks of PostgreSQL", proofs: [["/usr/bin/perl", "-MDBD::Pg", "-e", "1"]] },
  "libnet-inet6glue-perl": {
    purpose: "its checks over IPv6, of which the first ends it without this module",
    proofs: [["/usr/bin/perl", "-MNet::INET6Glue", "-e", "1"]],
  },
  "mandoc": { purpose: "checks the manual pages", starts: ["mandoc"] },
  "groff-base": { purpose: "formats the manual pages as man does", starts: ["groff"] },
  "bash": { purpose: "a shell that completes our command line", starts: ["bash"] },
  "zsh": { purpose: "another shell", starts: ["zsh"] },
  "fish": { purpose: "a third shell", starts: ["fish"] },
  "python3-jsonschema": {
    purpose: "validates configurations in YAML against the schema",
    proofs: [["/usr/bin/python3", "-c", "import jsonschema"]],
  },
  "python3-yaml": { purpose: "reads them", proofs: [["/usr/bin/python3", "-c", "import yaml"]] },
  "bird2": { purpose: "announces addresses by BGP, and watches a router by BFD", starts: ["bird", "birdc"] },
  "frr": {
    purpose: "does what bird does, as other sites' routers do",
    starts: [...["zebra", "staticd", "bgpd", "bfdd"].map((daemon) => `/usr/lib/frr/${daemon}`), "vtysh"],
  },
  "curl": { purpose: "keepalived's question about a director's health", starts: ["curl"] },
  "keepalived": { purpose: "the other director, to measure against", starts: ["keepalived"] },
};

/**
 * Packages of which only the files are used, below {@link unpackedAt}: their installation changes more of a machine than
 * tests may. What they depend on is installed. Programs are named by their path in the package.
 */
export const UNPACKED: Packages = {
  "inn2": {
    purpose: "a news server; its installation fails where the machine has no full name",
    starts: ["/usr/lib/news/bin/nnrpd", "/usr/lib/news/bin/makehistory"],
    libraries: "/usr/lib/news",
  },
};

/** Returns the folder that has the files of a package of {@link UNPACKED}. */
export function unpackedAt(name: string): string {
  return `/var/cache/ldirectord-tests/${name}`;
}
