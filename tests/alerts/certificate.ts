import { ok } from "node:assert/strict";

/** Makes a certificate of 127.0.0.1 in the folder, its key in key.pem, and gives its path. */
export async function makeCertificate(folder: string): Promise<string> {
  const path = `${folder}/certificate.pem`;
  const { success } = await new Deno.Command("openssl", {
    args: [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"],
      ...[
        "-subj",
        "/CN=mail",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
        "-addext",
        "basicConstraints=CA:FALSE",
        "-keyout",
        `${folder}/key.pem`,
        "-out",
        path,
      ],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).output();
  ok(success);
  return path;
}

/** Does the work while this system trusts the certificate. */
export async function trusting(certificate: string, work: () => Promise<void>): Promise<void> {
  const before = Deno.env.get("SSL_CERT_FILE");
  Deno.env.set("SSL_CERT_FILE", certificate);
  try {
    await work();
  } finally {
    if (before === undefined) Deno.env.delete("SSL_CERT_FILE");
    else Deno.env.set("SSL_CERT_FILE", before);
  }
}
