/**
 * Which programs and libraries of others the configuration needs.
 */

import { speaksTls } from "../../model/check.ts";
import { checksOfAll, named, virtualsOf } from "../configured.ts";
import type { Facts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";

/** Whether alert mails can be sent. */
export function mail({ sendmail, ...facts }: Facts): readonly Finding[] {
  const alone = virtualsOf(facts).filter(({ alerts }) => alerts.to.length > 0 && alerts.smtp === undefined);
  if (alone.length === 0) return [];
  if (sendmail) return [ok("alert mails go through sendmail")];
  return [{
    level: "problem",
    what: `there is no sendmail, and ${named(alone)} ${alone.length === 1 ? "sends" : "send"} alerts through it`,
    why: "No mail is sent when a real server goes down.",
    commands: ["apt-get install msmtp-mta    # or write smtp = mailserver in the configuration"],
  }];
}

/** Whether checks over TLS can be made. */
export function openssl({ openssl, ...facts }: Facts): readonly Finding[] {
  if (!checksOfAll(facts).some(speaksTls)) return [];
  if (openssl) return [ok("OpenSSL is there for checks over TLS")];
  return [{
    level: "problem",
    what: "OpenSSL's library is not installed, and there are checks over TLS",
    why: "They cannot be made, and those real servers stay as they were, up or down.",
    commands: ["apt-get install libssl3    # RHEL: dnf install openssl-libs"],
  }];
}
