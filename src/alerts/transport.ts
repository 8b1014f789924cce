import type { Send } from "./letter.ts";
import { sendBySendmail, SENDMAIL_PATHS } from "./sendmail.ts";
import { sendBySmtp } from "./smtp.ts";

/** Sends each letter to its mail server, or by the local sendmail if it has none. */
export function mailTransport(sendmailPaths: readonly string[] = SENDMAIL_PATHS): Send {
  return async (letter, to, signal) => {
    const { server } = letter;
    if (server === undefined) return await sendBySendmail(sendmailPaths, letter, to, signal);
    return await sendBySmtp({ ...letter, server }, to, signal);
  };
}
