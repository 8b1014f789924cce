/** Where Debian, Red Hat, SUSE and Alpine keep the certificates of the authorities that the system trusts. */
const BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/**
 * The certificates that this system trusts, those of a company's own authority among them, in PEM form; absent
 * where the system has no such list. SSL_CERT_FILE in the environment names another, as for OpenSSL. What the runtime brings along knows nothing of the machine it is on.
 */
export function trustedCertificates(): string | undefined {
  const named = Deno.env.get("SSL_CERT_FILE");
  for (const path of named ? [named] : BUNDLES) {
    try {
      return Deno.readTextFileSync(path);
    } catch {
      // Another system's place.
    }
  }
  return undefined;
}
