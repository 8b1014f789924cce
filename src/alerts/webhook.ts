import type { Secret } from "../model/secret.ts";
import { trustedCertificates } from "../system/trusted_certificates.ts";

/**
 * Posts JSON to a webhook. Never rejects.
 *
 * @returns what went wrong, if anything did; it does not name more of the URL than its origin.
 */
export async function postJson(
  url: Secret,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly message: string; readonly permanent: boolean } | undefined> {
  const { origin } = new URL(url.reveal());
  const authorities = trustedCertificates();
  const client = Deno.createHttpClient({ caCerts: authorities === undefined ? [] : [authorities] });
  try {
    const response = await fetch(url.reveal(), {
      client,
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      signal,
    });
    await response.body?.cancel();
    if (response.ok) return undefined;
    const { status } = response;
    const permanent = status < 500 && status !== 408 && status !== 429;
    return { message: `${origin} answered ${status} ${response.statusText}`.trimEnd(), permanent };
  } catch (error) {
    const why = signal.aborted ? "no answer in time" : reasonOf(error as Error).replaceAll(url.reveal(), origin);
    return { message: `${origin}: ${why}`, permanent: false };
  } finally {
    client.close();
  }
}

/** `fetch` wraps what went wrong; the innermost message is the one that says it. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}
