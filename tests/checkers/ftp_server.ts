/**
 * vsftpd, as the tests of the ftp check want it.
 */

import { LOOPBACK, type RealServer, type Site, startServer, untilAccepting } from "./real_server.ts";

const CERTIFICATES = new URL("certificates", import.meta.url).pathname;

/** What anonymous users must give as their password. */
export const FTP_PASSWORD = "visitor@example.org";

/** What stands in the file `page` on the server. */
export const FTP_PAGE = "the Test Page\n";

/** Starts a vsftpd which serves `directory` to anonymous users. */
export async function startVsftpd(directory: string, port: number, site: Site = LOOPBACK): Promise<RealServer> {
  await Deno.mkdir(`${directory}/served`);
  await Deno.mkdir(`${directory}/empty`);
  await Deno.writeTextFile(`${directory}/served/page`, FTP_PAGE, { mode: 0o644 });
  await Deno.writeTextFile(`${directory}/passwords`, `${FTP_PASSWORD}\n`);
  await Deno.writeTextFile(
    `${directory}/vsftpd.conf`,
    `
    listen=NO
    listen_ipv6=YES
    listen_port=${port}
    background=NO
    anonymous_enable=YES
    anon_root=${directory}/served
    secure_email_list_enable=YES
    email_password_file=${directory}/passwords
    secure_chroot_dir=${directory}/empty
    delay_failed_login=0
    vsftpd_log_file=${directory}/log
    ssl_enable=YES
    allow_anon_ssl=YES
    force_local_logins_ssl=NO
    force_local_data_ssl=NO
    ssl_ciphers=HIGH
    rsa_cert_file=${CERTIFICATES}/self-signed.pem
    rsa_private_key_file=${CERTIFICATES}/server.key
    `.trim().replace(/^ +/gm, ""),
  );
  const server = await startServer({
    package: "vsftpd",
    argv: ["vsftpd", `${directory}/vsftpd.conf`],
    ready: /^/,
    site,
  });
  await untilAccepting(port, site);
  return server;
}
