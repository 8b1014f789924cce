/**
 * Dovecot and Postfix, as the tests of mail checks want them.
 */

import { LOOPBACK, type RealServer, runTool, type Site, startServer } from "./real_server.ts";

const CERTIFICATES = new URL("certificates", import.meta.url).pathname;

/** Whom both servers know. */
export const JOE = { login: "joe", password: "s3cret-of-joe" } as const;

/** Where dovecot listens. */
export interface DovecotPorts {
  readonly imap: number;
  readonly imaps: number;
  readonly pop: number;
  readonly pops: number;
}

/** Starts a dovecot in `directory`. It answers postfix's questions about logins at `saslSocket`. */
export async function startDovecot(
  directory: string,
  ports: DovecotPorts,
  site: Site = LOOPBACK,
): Promise<RealServer> {
  const config = `${directory}/dovecot.conf`;
  await Deno.writeTextFile(
    config,
    `
    base_dir = ${directory}/run
    log_path = /dev/stderr
    protocols = imap pop3
    listen = ${site.v4}, ${site.v6}
    ssl = yes
    ssl_cert = <${CERTIFICATES}/self-signed.pem
    ssl_key = <${CERTIFICATES}/server.key
    disable_plaintext_auth = no
    auth_mechanisms = plain login
    auth_failure_delay = 0
    mail_location = maildir:${directory}/mail/%u
    passdb {
      driver = static
      args = user=${JOE.login} password=${JOE.password}
    }
    userdb {
      driver = static
      args = uid=nobody gid=nogroup home=${directory}/mail
    }
    service imap-login {
      inet_listener imap {
        port = ${ports.imap}
      }
      inet_listener imaps {
        port = ${ports.imaps}
      }
    }
    service pop3-login {
      inet_listener pop3 {
        port = ${ports.pop}
      }
      inet_listener pop3s {
        port = ${ports.pops}
      }
    }
    service auth {
      unix_listener sasl {
        mode = 0666
      }
    }
    # Without it, each wrong password makes the next login slower.
    service anvil {
      unix_listener anvil-auth-penalty {
        mode = 0
      }
    }
    `,
  );
  await Deno.mkdir(`${directory}/mail`);
  await Deno.chmod(`${directory}/mail`, 0o777);
  return await startServer({
    package: "dovecot-imapd and dovecot-pop3d",
    argv: ["dovecot", "-F", "-c", config],
    ready: /starting up for imap, pop3/,
    site,
  });
}

/** Where a dovecot in `directory` checks logins for others. */
export function saslSocket(directory: string): string {
  return `${directory}/run/sasl`;
}

/** Where postfix listens. */
export interface PostfixPorts {
  readonly smtp: number;
  /** Takes logins, and those under TLS only. */
  readonly submission: number;
  /** Begins with TLS, and takes logins. */
  readonly smtps: number;
  /** As submission, by the mechanism LOGIN only. */
  readonly login: number;
  /** Greets with 554. */
  readonly closed: number;
}

/** Starts a postfix in `directory`, which asks `sasl` about logins. */
export async function startPostfix(
  directory: string,
  ports: PostfixPorts,
  sasl: string,
  site: Site = LOOPBACK,
): Promise<RealServer> {
  await Deno.writeTextFile(
    `${directory}/main.cf`,
    `
    compatibility_level = 3.6
    queue_directory = ${directory}/queue
    data_directory = ${directory}/data
    maillog_file = /dev/stdout
    myhostname = mail.example.org
    inet_protocols = all
    smtpd_peername_lookup = no
    smtpd_delay_reject = no
    smtpd_error_sleep_time = 0
    mydestination =
    local_recipient_maps =
    alias_maps =
    smtpd_sasl_type = dovecot
    smtpd_sasl_path = ${sasl}
    smtpd_tls_cert_file = ${CERTIFICATES}/self-signed.pem
    smtpd_tls_key_file = ${CERTIFICATES}/server.key
    `.replace(/^ +/gm, ""),
  );
  const submission = "smtpd_tls_security_level=may -o smtpd_sasl_auth_enable=yes -o smtpd_tls_auth_only=yes";
  const options = {
    smtp: "smtpd_tls_security_level=may",
    submission,
    smtps: "smtpd_tls_wrappermode=yes -o smtpd_sasl_auth_enable=yes",
    login: `${submission} -o smtpd_sasl_mechanism_filter=login`,
    closed: "smtpd_client_restrictions=reject",
  };
  const listeners = Object.entries(options).flatMap(([name, option]) =>
    [site.v4, `[${site.v6}]`].map((host) =>
      `${host}:${ports[name as keyof PostfixPorts]} inet n - n - - smtpd -o ${option}`
    )
  );
  await Deno.writeTextFile(
    `${directory}/master.cf`,
    `${listeners.join("\n")}
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
rewrite unix - - n - - trivial-rewrite
tlsmgr unix - - n - 1 tlsmgr
`,
  );
  // "postfix check" would make them, and much more, and take its time.
  const own = ["data", "queue/private", "queue/public"].map((path) => `${directory}/${path}`);
  for (const path of [`${directory}/queue/pid`, ...own]) await Deno.mkdir(path, { recursive: true });
  await runTool("postfix", ["chown", "postfix", ...own]);
  return await startServer({
    package: "postfix",
    // What "postfix start-fg" comes to, without the shell that would not hand a signal on.
    argv: ["/usr/lib/postfix/sbin/master", "-c", directory, "-s"],
    ready: /daemon started/,
    site,
  });
}
