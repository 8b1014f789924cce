/**
 * http, https and http_proxy: one page is asked for; it must come with a 2xx status and be as `receive` says.
 */

import { bracketed, parseIp } from "../model/address.ts";
import type { CheckResult, CheckRun, CheckTarget, StatusRange } from "../model/check.ts";
import type { ByteStream } from "../wire/transport/byte_stream.ts";
import { encodeRequest, type HttpReply, type HttpRequest, readReply } from "../wire/protocols/http_message.ts";
import { percentDecoded } from "../wire/transport/latin1.ts";
import { lookUp } from "../wire/transport/name_lookup.ts";
import { judgeJson } from "./json_reply.ts";
import { openTcp, secure } from "./open.ts";
import { down, judgeReply } from "./verdict.ts";

/** Redirects that are followed, all on the same server. */
const MAX_REDIRECTS = 5;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);
const SUCCESS: readonly StatusRange[] = [{ from: 200, to: 299 }];
const DEFAULT_PORT = { http: 80, https: 443 } as const;

type Scheme = keyof typeof DEFAULT_PORT;

/** Where a page is and what it is called there. */
interface Page {
  readonly scheme: Scheme;
  /** An address, or a name that only a request with a scheme can have brought. */
  readonly host: string;
  readonly port: number;
  /** Path and query, with the leading slash. */
  readonly path: string;
  /** `user:password` of a request with a scheme. */
  readonly userInfo?: string;
}

/** A status that passes: one that the configuration lists, else any success (RFC 9110, 15.3). */
function isExpected(status: number, { expectStatus }: CheckTarget): boolean {
  return (expectStatus ?? SUCCESS).some(({ from, to }) => status >= from && status <= to);
}

/** A page at `http://real:port/request`. */
export function http(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return checkOrigin(target, run, "http");
}

/** The same over TLS, where by default any certificate will do. */
export function https(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  return checkOrigin(target, run, "https");
}

/** A page of another server, fetched through the real server as a proxy (RFC 9112, 3.2.2). */
export function httpProxy(target: CheckTarget, run: CheckRun): Promise<CheckResult> {
  const first = firstQuestion(target, () => {
    return questionFor(pageOf(target, "http"), target, { server: rootOf(target, "http"), isProxy: true });
  });
  return checkPage(target, run, first);
}

/** A real server's own URL is asked where it says; one that a section has for all says only what to ask each of them for. */
function checkOrigin(target: CheckTarget, run: CheckRun, scheme: Scheme): Promise<CheckResult> {
  const first = firstQuestion(target, () => {
    const page = pageOf(target, scheme);
    return questionFor(page, target, { server: target.requestIsOwn ? page : rootOf(target, scheme), isProxy: false });
  });
  return checkPage(target, run, first);
}

/** Whom to ask for the page, and whether it is asked for another server's. */
interface Way {
  readonly server: Page;
  readonly isProxy: boolean;
}

/** What is asked, and whom. */
interface Question extends Way {
  readonly page: Page;
  /** The request's method and target, which can be shown, and all of it. */
  readonly method: HttpRequest["method"];
  readonly path: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

function questionFor(page: Page, target: CheckTarget, { server, isProxy }: Way): Question {
  const request = requestFor(page, target, isProxy);
  return { page, server, isProxy, method: request.method, path: request.target, bytes: encodeRequest(request) };
}

/** The first question of each target: every round asks the same. */
const firstQuestions = new WeakMap<CheckTarget, Question>();

function firstQuestion(target: CheckTarget, make: () => Question): Question {
  let question = firstQuestions.get(target);
  if (!question) firstQuestions.set(target, question = make());
  return question;
}

async function checkPage(target: CheckTarget, run: CheckRun, first: Question): Promise<CheckResult> {
  let question = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { page } = question;
    const reply = await fetchPage(question, target, run);
    const status = `${reply.status} ${reply.reason}`.trim();
    if (isExpected(reply.status, target)) return await judgePage(target, reply.body, status);
    const location = REDIRECTS.has(reply.status) ? reply.headers.get("location") : undefined;
    if (location === undefined) return down("reported", status);
    const next = followed(page, location, target);
    if (!next) return down("reported", `${status}: ${elsewhere(page, location, reply.status, target)}`);
    question = questionFor(next, target, question);
  }
  return down("reported", `more than ${MAX_REDIRECTS} redirects`);
}

function judgePage(target: CheckTarget, body: string, status: string): Promise<CheckResult> {
  return target.receiveJson ? judgeJson(target.receiveJson, body, status) : judgeReply(target, body, status);
}

async function fetchPage(question: Question, target: CheckTarget, run: CheckRun): Promise<HttpReply> {
  const { server, page, method, path, bytes } = question;
  const stream = await open(server, page.host, target, run);
  try {
    run.trace(`> ${method} ${path}`);
    await stream.write(bytes);
    const reply = await readReply(stream, method, (line) => run.trace(`< ${line}`));
    if (reply.body !== "") run.trace(`< ${reply.body}`);
    return reply;
  } finally {
    stream.close();
  }
}

async function open(at: Page, name: string, target: CheckTarget, run: CheckRun): Promise<ByteStream> {
  const address = parseIp(at.host) ?? await lookUp(at.host, run);
  const stream = await openTcp(target, run, { address, port: at.port });
  if (at.scheme === "http") return stream;
  return await secure(stream, target, run, { address, name: target.virtualHost ?? name });
}

function requestFor(page: Page, target: CheckTarget, absolute: boolean): HttpRequest {
  const headers: [string, string][] = [
    ["Host", hostHeader(page, target)],
    ["User-Agent", "ldirectord"],
    ["Accept", "*/*"],
    ["Accept-Encoding", "identity"],
    ["Connection", "close"],
  ];
  if (page.userInfo !== undefined) headers.push(["Authorization", `Basic ${btoa(percentDecoded(page.userInfo))}`]);
  const body = target.httpMethod === "POST" ? target.requestBody ?? "" : undefined;
  if (body !== undefined) headers.push(["Content-Length", String(body.length)]);
  for (const { name, value } of target.requestHeaders ?? []) setHeader(headers, name, value.reveal());
  const origin = absolute ? `${page.scheme}://${authority(page)}` : "";
  return { method: target.httpMethod, target: origin + page.path, headers, body };
}

/** A header of the configuration takes the place of ours, and otherwise comes behind it. */
function setHeader(headers: [name: string, value: string][], name: string, value: string): void {
  const ours = headers.find(([known]) => known.toLowerCase() === name.toLowerCase());
  if (ours) ours[1] = value;
  else headers.push([name, value]);
}

/** `virtualhost`, else the URL's host, else the real server's address. */
function hostHeader(page: Page, target: CheckTarget): string {
  return target.virtualHost ?? authority(page);
}

/** `host`, or `host:port` where the port is not the scheme's own. */
function authority(page: Page): string {
  const address = parseIp(page.host);
  const host = address ? bracketed(address) : page.host;
  return page.port === DEFAULT_PORT[page.scheme] ? host : `${host}:${page.port}`;
}

/** What `request` means: a path on the real server, or with a scheme a page wherever it says. */
function pageOf(target: CheckTarget, scheme: Scheme): Page {
  const request = target.request ?? "";
  return parseUrl(request) ?? { ...rootOf(target, scheme), path: escapedPath(request) };
}

function rootOf({ address, port }: CheckTarget, scheme: Scheme): Page {
  return { scheme, host: address, port, path: "/" };
}

function parseUrl(text: string): Page | undefined {
  const match = /^(https?):\/\/(?:([^@/?#]*)@)?(?:\[([^\]]*)\]|([^:/?#[\]]+))(?::(\d{1,5}))?(.*)$/i.exec(text);
  if (!match) return undefined;
  const scheme = match[1].toLowerCase() as Scheme;
  const port = match[5] === undefined ? DEFAULT_PORT[scheme] : Number(match[5]);
  return { scheme, host: (match[3] ?? match[4]).toLowerCase(), port, path: escapedPath(match[6]), userInfo: match[2] };
}

/** With the slash that people leave out, without a fragment, and nothing in it that would end the request line. */
function escapedPath(path: string): string {
  const bare = path.replace(/#.*$/s, "");
  return (bare.startsWith("/") ? bare : `/${bare}`).replace(/[^\x21-\x7e]+/g, (text) => encodeURI(text.toWellFormed()));
}

/** What is said of a redirect that is not followed. Most lead to the same site over TLS, which is another port. */
function elsewhere(page: Page, location: string, status: number, target: CheckTarget): string {
  const next = parseUrl(location);
  const hosts = [page.host, parseUrl(`${page.scheme}://${hostHeader(page, target)}/`)?.host];
  if (page.scheme !== "http" || next?.scheme !== "https" || !hosts.includes(next.host)) {
    return `redirected to another server: ${location}`;
  }
  return `redirected to TLS: ${location} (write service = https, or expectstatus = ${status})`;
}

/** The page that a redirect leads to, if it is on the server that we asked: by its own address, or by the name we used. */
function followed(page: Page, location: string, target: CheckTarget): Page | undefined {
  const base = `${page.scheme}://${hostHeader(page, target)}${page.path}`;
  // Servers send bytes beyond ASCII as they are, and expect them back (RFC 3986, 2.1: each as %XX).
  const bytes = location.replace(/[\x80-\xff]/g, (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase()}`);
  const url = URL.parse(bytes, base);
  const next = url ? parseUrl(url.href) : undefined;
  if (!next || next.scheme !== page.scheme) return undefined;
  const names = [authority(page), hostHeader(page, target)].map((name) => parseUrl(`${page.scheme}://${name}/`));
  const same = names.some((name) => name?.host === next.host && name.port === next.port);
  return same ? { ...page, path: next.path } : undefined;
}
