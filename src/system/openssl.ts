/**
 * TLS clients by the system's OpenSSL (3, or 1.1.1), through FFI: a machine that is fed bytes and gives bytes, and
 * does no input or output itself.
 *
 * Deno has TLS of its own, which keeps the socket of a handshake that never ends, though it was closed, and speaks to no
 * server older than TLS 1.2. Deno.connectTls refuses each certificate that is not valid; node:tls does not say why one is
 * not. tests/deno_still_cannot_test.ts holds these reasons, docs/adr/0003-sockets-and-openssl-by-ffi.md has all of them.
 */

import { cString } from "./libc/c_string.ts";
import { Errno, SystemError } from "./libc/errors.ts";
import { pemFile } from "./pem_file.ts";

const DECLARATIONS = {
  TLS_client_method: { parameters: [], result: "pointer" },
  SSL_CTX_new: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_ctrl: { parameters: ["pointer", "i32", "i64", "pointer"], result: "i64" },
  SSL_CTX_set_cipher_list: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_CTX_set_options: { parameters: ["pointer", "u64"], result: "u64" },
  SSL_CTX_set_verify: { parameters: ["pointer", "i32", "pointer"], result: "void" },
  SSL_CTX_set_default_verify_paths: { parameters: ["pointer"], result: "i32" },
  SSL_CTX_get_cert_store: { parameters: ["pointer"], result: "pointer" },
  SSL_CTX_use_certificate: { parameters: ["pointer", "pointer"], result: "i32" },
  SSL_CTX_use_PrivateKey: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_STORE_add_cert: { parameters: ["pointer", "pointer"], result: "i32" },
  X509_free: { parameters: ["pointer"], result: "void" },
  EVP_PKEY_free: { parameters: ["pointer"], result: "void" },
  PEM_read_bio_X509_AUX: { parameters: ["pointer", "pointer", "pointer", "pointer"], result: "pointer" },
  PEM_read_bio_PrivateKey: { parameters: ["pointer", "pointer", "pointer", "buffer"], result: "pointer" },
  SSL_CTX_free: { parameters: ["pointer"], result: "void" },
  SSL_new: { parameters: ["pointer"], result: "pointer" },
  SSL_free: { parameters: ["pointer"], result: "void" },
  SSL_set_bio: { parameters: ["pointer", "pointer", "pointer"], result: "void" },
  SSL_set_connect_state: { parameters: ["pointer"], result: "void" },
  SSL_ctrl: { parameters: ["pointer", "i32", "i64", "buffer"], result: "i64" },
  SSL_set_alpn_protos: { parameters: ["pointer", "buffer", "u32"], result: "i32" },
  SSL_set1_host: { parameters: ["pointer", "buffer"], result: "i32" },
  SSL_get0_param: { parameters: ["pointer"], result: "pointer" },
  SSL_get_session: { parameters: ["pointer"], result: "pointer" },
  SSL_set_session: { parameters: ["pointer", "pointer"], result: "i32" },
  SSL_do_handshake: { parameters: ["pointer"], result: "i32" },
  SSL_read: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  SSL_write: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  SSL_shutdown: { parameters: ["pointer"], result: "i32" },
  SSL_get_error: { parameters: ["pointer", "i32"], result: "i32" },
  SSL_get_verify_result: { parameters: ["pointer"], result: "i64" },
  SSL_get_version: { parameters: ["pointer"], result: "pointer" },
  SSL_get_peer_cert_chain: { parameters: ["pointer"], result: "pointer" },
  OPENSSL_sk_num: { parameters: ["pointer"], result: "i32" },
  OPENSSL_sk_value: { parameters: ["pointer", "i32"], result: "pointer" },
  X509_get0_notAfter: { parameters: ["pointer"], result: "pointer" },
  ASN1_TIME_diff: { parameters: ["buffer", "buffer", "pointer", "pointer"], result: "i32" },
  X509_VERIFY_PARAM_set1_ip_asc: { parameters: ["pointer", "buffer"], result: "i32" },
  X509_verify_cert_error_string: { parameters: ["i64"], result: "pointer" },
  BIO_new: { parameters: ["pointer"], result: "pointer" },
  BIO_s_mem: { parameters: [], result: "pointer" },
  BIO_new_mem_buf: { parameters: ["buffer", "i32"], result: "pointer" },
  BIO_free: { parameters: ["pointer"], result: "i32" },
  BIO_read: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  BIO_write: { parameters: ["pointer", "buffer", "i32"], result: "i32" },
  ERR_clear_error: { parameters: [], result: "void" },
  ERR_get_error: { parameters: [], result: "u64" },
  ERR_reason_error_string: { parameters: ["u64"], result: "pointer" },
} as const satisfies Deno.ForeignLibraryInterface;

type OpenSsl = Deno.DynamicLibrary<typeof DECLARATIONS>["symbols"];

/** OpenSSL's library as distributions name it; 1.1 is what those of before 2022 have. */
export const OPENSSL_LIBRARIES: readonly string[] = ["libssl.so.3", "libssl.so.1.1"];
const SSL_CTRL_SET_TLSEXT_HOSTNAME = 55;
const SSL_CTRL_CHAIN_CERT = 89;
/** Of SSL_CTRL_CHAIN_CERT: the context takes a reference of its own. */
const ADD_REFERENCE = 1n;
const SSL_CTRL_SET_MIN_PROTO_VERSION = 123;
const TLSEXT_NAMETYPE_host_name = 0n;
const TLS1_VERSION = 0x0301n;
const SSL_CTRL_SET_MAX_CERT_LIST = 51;
/** Bytes of the certificates that a server may show; OpenSSL's own bound is 100 kB. */
const MAX_CERTIFICATE_BYTES = 65_536n;
/** A server may not have a second handshake made. */
const SSL_OP_NO_RENEGOTIATION = 0x4000_0000n;
/** Certificates are not unpacked (OpenSSL 3.2 and newer). */
const SSL_OP_NO_RX_CERTIFICATE_COMPRESSION = 1n << 33n;
/** Talk to servers without RFC 5746, too. */
const SSL_OP_LEGACY_SERVER_CONNECT = 0x4n;
const SSL_VERIFY_NONE = 0;
const SSL_VERIFY_PEER = 1;
const SSL_ERROR_WANT_READ = 2;
const SSL_ERROR_ZERO_RETURN = 6;
const X509_V_OK = 0;

/** What OpenSSL says when it is our machine that has too little (`ERR_R_MALLOC_FAILURE`). */
const OUT_OF_MEMORY: ReadonlySet<string> = new Set(["malloc failure"]);

/** Every read lands here before it is copied out: one for all, because a read never waits. */
const landing = new Uint8Array(64 * 1024);

let symbols: OpenSsl | undefined;

function openssl(): OpenSsl {
  for (const name of OPENSSL_LIBRARIES) {
    if (symbols) break;
    try {
      symbols = Deno.dlopen(name, DECLARATIONS).symbols;
    } catch {
      // The next one, or the words below.
    }
  }
  if (!symbols) throw new MissingOpenSsl();
  return symbols;
}

/** This host has no OpenSSL. */
export class MissingOpenSsl extends Error {
  override readonly name = "MissingOpenSsl";

  constructor() {
    super(`checks over TLS need OpenSSL's ${OPENSSL_LIBRARIES.join(" or ")}: install it (Debian: libssl3)`);
  }
}

/** A handshake or a record went wrong; the message is OpenSSL's, or says what is wrong with the certificate. */
export class TlsError extends Error {
  override readonly name = "TlsError";
}

/** A file with certificates or a key cannot be used. */
export class TlsFileError extends Error {
  override readonly name = "TlsFileError";
}

/** What a server must prove, and what we prove to it. */
export interface TlsExpectation {
  /** The name sent in SNI and asked of the certificate; absent = none is sent. */
  readonly serverName?: string;
  /** The address asked of the certificate where there is no name. */
  readonly address: string;
  /** Whether the certificate must be valid: else any will do, and so will old protocols and weak ciphers. */
  readonly verify: boolean;
  /** PEM file of the certificate authorities that count; absent = those of the system. */
  readonly caFile?: string;
  /** PEM files of the certificate, with its chain, and of the key that we show to a server that asks. */
  readonly client?: { readonly certFile: string; readonly keyFile: string };
  /** The one protocol that we offer to speak (RFC 7301); absent = nothing is said of it. */
  readonly alpn?: string;
}

/** What there is to do next: {@link TlsMachine.feed} it what the server sent, or nothing more. */
export type Progress = "done" | "needs bytes";

/** The client's side of one TLS connection. Must be freed. */
export class TlsMachine {
  /** `null` once freed. */
  #connection: Deno.PointerValue;
  readonly #fromServer: Deno.PointerValue;
  readonly #toServer: Deno.PointerValue;

  /** Throws {@link TlsFileError}. */
  constructor(expectation: TlsExpectation) {
    const lib = openssl();
    this.#connection = lib.SSL_new(contextFor(expectation));
    if (!this.#connection) throw new SystemError("SSL_new", Errno.ENOMEM);
    this.#fromServer = lib.BIO_new(lib.BIO_s_mem());
    this.#toServer = lib.BIO_new(lib.BIO_s_mem());
    lib.SSL_set_bio(this.#ssl, this.#fromServer, this.#toServer);
    lib.SSL_set_connect_state(this.#ssl);
    const { serverName, address, alpn } = expectation;
    if (alpn !== undefined) {
      const offer = Uint8Array.of(alpn.length, ...new TextEncoder().encode(alpn));
      lib.SSL_set_alpn_protos(this.#ssl, offer, offer.length);
    }
    if (serverName === undefined) {
      lib.X509_VERIFY_PARAM_set1_ip_asc(lib.SSL_get0_param(this.#ssl), cString(address));
    } else {
      lib.SSL_ctrl(this.#ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, cString(serverName));
      lib.SSL_set1_host(this.#ssl, cString(serverName));
    }
  }

  /** Offers the server to take up another connection's session. Before the handshake only. */
  takeUpSession(sibling: TlsMachine): void {
    openssl().SSL_set_session(this.#ssl, openssl().SSL_get_session(sibling.#ssl));
  }

  /** Goes on with the handshake. Throws {@link TlsError}. */
  handshake(): Progress {
    openssl().ERR_clear_error();
    return this.#judge(openssl().SSL_do_handshake(this.#ssl)) ? "done" : "needs bytes";
  }

  /** Takes what the server sent. */
  feed(bytes: Uint8Array<ArrayBuffer>): void {
    if (this.#connection) openssl().BIO_write(this.#fromServer, bytes, bytes.length);
  }

  /** What is to be sent to the server now; `undefined` when there is nothing. */
  drain(): Uint8Array<ArrayBuffer> | undefined {
    const count = this.#connection ? openssl().BIO_read(this.#toServer, landing, landing.length) : 0;
    return count > 0 ? landing.slice(0, count) : undefined;
  }

  /** Decrypted bytes; `undefined` when the server has said goodbye. Throws {@link TlsError}. */
  read(): Uint8Array<ArrayBuffer> | "needs bytes" | undefined {
    openssl().ERR_clear_error();
    const count = openssl().SSL_read(this.#ssl, landing, landing.length);
    if (count > 0) return landing.slice(0, count);
    if (openssl().SSL_get_error(this.#ssl, count) === SSL_ERROR_ZERO_RETURN) return undefined;
    this.#judge(count);
    return "needs bytes";
  }

  /** Encrypts bytes, to be {@link drain}ed. Throws {@link TlsError}. */
  write(bytes: Uint8Array<ArrayBuffer>): void {
    openssl().ERR_clear_error();
    if (bytes.length > 0) this.#judge(openssl().SSL_write(this.#ssl, bytes, bytes.length));
  }

  /** Says goodbye, to be {@link drain}ed. */
  shutdown(): void {
    openssl().SSL_shutdown(this.#ssl);
  }

  /** The protocol that was agreed on: `TLSv1.3`. */
  version(): string {
    return textAt(openssl().SSL_get_version(this.#ssl));
  }

  /** How many certificates the server has shown. */
  certificates(): number {
    return Math.max(0, openssl().OPENSSL_sk_num(openssl().SSL_get_peer_cert_chain(this.#ssl)));
  }

  /** Whole days until the server's certificate expires; negative when it has expired. */
  daysLeft(): number {
    const lib = openssl();
    const certificate = lib.OPENSSL_sk_value(lib.SSL_get_peer_cert_chain(this.#ssl), 0);
    const [days, seconds] = [new Int32Array(1), new Int32Array(1)];
    lib.ASN1_TIME_diff(days, seconds, null, lib.X509_get0_notAfter(certificate));
    return days[0] < 0 || seconds[0] < 0 ? days[0] - 1 : days[0];
  }

  /** Gives its memory back. Harmless when that is done already; any other call is then an error. */
  free(): void {
    if (this.#connection) openssl().SSL_free(this.#connection);
    this.#connection = null;
  }

  get #ssl(): Deno.PointerObject {
    if (!this.#connection) throw new TlsError("the connection is closed already");
    return this.#connection;
  }

  /** Whether a call has done its work (`true`) or needs bytes first. */
  #judge(outcome: number): boolean {
    if (outcome > 0) return true;
    const lib = openssl();
    if (lib.SSL_get_error(this.#ssl, outcome) === SSL_ERROR_WANT_READ) return false;
    const certificate = Number(lib.SSL_get_verify_result(this.#ssl));
    const code = lib.ERR_get_error();
    const reason = textAt(lib.ERR_reason_error_string(code));
    if (reason.includes("certificate verify failed") && certificate !== X509_V_OK) {
      throw new TlsError(`${reason}: ${textAt(lib.X509_verify_cert_error_string(BigInt(certificate)))}`);
    }
    if (OUT_OF_MEMORY.has(reason)) throw new SystemError("SSL", Errno.ENOMEM);
    throw new TlsError(reason || "the server broke off");
  }
}

/** A context, and in which state its files were when it read them. */
interface Context {
  readonly pointer: Deno.PointerValue;
  readonly version: string;
}

const contexts = new Map<string, Context>();

/** What connections on the same terms share. Made anew when a file has changed: certificates are renewed. */
function contextFor({ verify, caFile, client }: TlsExpectation): Deno.PointerValue {
  const files = [caFile, client?.certFile, client?.keyFile];
  const key = JSON.stringify([verify, ...files]);
  const version = files.map((file) => file && versionOf(file)).join();
  const known = contexts.get(key);
  if (known?.version === version) return known.pointer;
  const pointer = newContext(verify, client !== undefined);
  try {
    if (caFile) loadAuthorities(pointer, caFile);
    else if (verify) openssl().SSL_CTX_set_default_verify_paths(pointer);
    if (client) loadClient(pointer, client);
  } catch (error) {
    openssl().SSL_CTX_free(pointer);
    throw error;
  }
  // Connections that use the old one keep it until they end.
  if (known) openssl().SSL_CTX_free(known.pointer);
  contexts.set(key, { pointer, version });
  return pointer;
}

/**
 * One that verifies, by the system's own policy, or one that takes what it gets. A server that asks for our certificate
 * may do so in a second handshake, which is encrypted: its group cannot be seen, so none is offered.
 */
function newContext(verify: boolean, showsCertificate: boolean): Deno.PointerValue {
  const lib = openssl();
  const context = lib.SSL_CTX_new(lib.TLS_client_method());
  lib.SSL_CTX_set_verify(context, verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, null);
  lib.SSL_CTX_ctrl(context, SSL_CTRL_SET_MAX_CERT_LIST, MAX_CERTIFICATE_BYTES, null);
  lib.SSL_CTX_set_options(context, SSL_OP_NO_RX_CERTIFICATE_COMPRESSION);
  if (showsCertificate) lib.SSL_CTX_set_cipher_list(context, cString("DEFAULT:!kDHE"));
  else lib.SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION);
  if (!verify) {
    lib.SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_VERSION, null);
    lib.SSL_CTX_set_cipher_list(context, cString(`DEFAULT${showsCertificate ? ":!kDHE" : ""}:@SECLEVEL=0`));
    lib.SSL_CTX_set_options(context, SSL_OP_LEGACY_SERVER_CONNECT);
  }
  return context;
}

function versionOf(file: string): string {
  return readable(file, () => pemFile(file).version);
}

/** What a look at a file gives. Throws {@link TlsFileError}. */
function readable<T>(file: string, look: () => T): T {
  try {
    return look();
  } catch (error) {
    throw new TlsFileError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function loadAuthorities(context: Deno.PointerValue, file: string): void {
  const lib = openssl();
  const certificates = certificatesIn(file);
  requireLoaded(Number(certificates.length > 0), `${file} has no certificates that can be used`);
  for (const certificate of certificates) {
    lib.X509_STORE_add_cert(lib.SSL_CTX_get_cert_store(context), certificate);
    lib.X509_free(certificate);
  }
}

/** What OpenSSL takes for a key's pass phrase; without one it would ask at the terminal. */
const NO_PASS_PHRASE = cString("");

function loadClient(context: Deno.PointerValue, { certFile, keyFile }: NonNullable<TlsExpectation["client"]>): void {
  const lib = openssl();
  const [certificate, ...chain] = certificatesIn(certFile);
  const used = certificate ? lib.SSL_CTX_use_certificate(context, certificate) : 0;
  for (const issuer of chain) lib.SSL_CTX_ctrl(context, SSL_CTRL_CHAIN_CERT, ADD_REFERENCE, issuer);
  for (const each of [certificate, ...chain]) lib.X509_free(each ?? null);
  requireLoaded(used, `${certFile} has no certificate that can be used`);
  const key = keyIn(keyFile);
  const fits = key ? lib.SSL_CTX_use_PrivateKey(context, key) : 0;
  lib.EVP_PKEY_free(key);
  requireLoaded(fits, `${keyFile} has no key that can be used with the certificate in ${certFile}`);
}

/** All certificates of a PEM file, each to be freed; none where one of them cannot be read. */
function certificatesIn(file: string): Deno.PointerObject[] {
  const lib = openssl();
  const found: Deno.PointerObject[] = [];
  lib.ERR_clear_error();
  withPem(file, (bio) => {
    for (let next = lib.PEM_read_bio_X509_AUX(bio, null, null, null); next;) {
      found.push(next);
      next = lib.PEM_read_bio_X509_AUX(bio, null, null, null);
    }
  });
  // The end of the file is an error, too, and hides no other.
  if (found.length > 0) lib.ERR_clear_error();
  return found;
}

/** The private key of a PEM file, to be freed; `null` where there is none. */
function keyIn(file: string): Deno.PointerValue {
  openssl().ERR_clear_error();
  return withPem(file, (bio) => openssl().PEM_read_bio_PrivateKey(bio, null, null, NO_PASS_PHRASE));
}

function withPem<T>(file: string, use: (bio: Deno.PointerValue) => T): T {
  const bytes = readable(file, () => pemFile(file).read());
  const bio = openssl().BIO_new_mem_buf(bytes, bytes.length);
  try {
    return use(bio);
  } finally {
    openssl().BIO_free(bio);
  }
}

function requireLoaded(outcome: number, complaint: string): void {
  if (outcome === 1) return;
  const reason = textAt(openssl().ERR_reason_error_string(openssl().ERR_get_error()));
  openssl().ERR_clear_error();
  throw new TlsFileError(reason ? `${complaint}: ${reason}` : complaint);
}

function textAt(pointer: Deno.PointerValue): string {
  return pointer ? new Deno.UnsafePointerView(pointer).getCString() : "";
}
