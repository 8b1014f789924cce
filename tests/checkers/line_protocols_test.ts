import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { runRound } from "../../src/checkers/run.ts";
import { parseIp } from "../../src/model/address.ts";
import type { CheckTarget } from "../../src/model/check.ts";
import type { Service } from "../../src/model/services.ts";
import { Secret } from "../../src/model/secret.ts";
import { saysFacts } from "../facts.ts";
import { testIllServers } from "./ill_servers.ts";
import { checkOf, contains, type Manners, verdict, withPeer } from "./peers.ts";
import { scripted } from "./scripted_server.ts";

const BYE = { QUIT: "221 bye" };
const joe = { login: "joe", passwd: new Secret("s3cret") };

interface Row {
  readonly service: Service;
  readonly name: string;
  readonly peer: Manners;
  readonly target?: Partial<CheckTarget>;
  readonly verdict: string;
}

const POP = { "USER joe": "+OK", "PASS s3cret": "+OK welcome", QUIT: "+OK bye" };
const IMAP = { '1 LOGIN "joe" "s3cret"': "* CAPABILITY IMAP4\r\n1 OK done", "2 LOGOUT": "* BYE\r\n2 OK bye" };

const ROWS: readonly Row[] = [
  {
    service: "smtp",
    name: "EHLO accepted",
    peer: scripted("220 mx ESMTP", { EHLO: "250-mx\r\n250-SIZE\r\n250 HELP", ...BYE }),
    verdict: "up: 220 mx ESMTP",
  },
  {
    service: "submission",
    name: "HELO accepted",
    peer: scripted("220-mx\r\n220 old", { EHLO: "502 what?", HELO: "250 mx", ...BYE }),
    verdict: "up: 220-mx",
  },
  {
    service: "smtp",
    name: "not serving",
    peer: scripted("554 no mail here", {}),
    verdict: "down (reported): 554 no mail here",
  },
  {
    service: "smtp",
    name: "our greeting refused",
    peer: scripted("220 mx", { EHLO: "550 go away", HELO: "550 go away" }),
    verdict: "down (reported): 550 go away",
  },
  {
    service: "smtp",
    name: "a stall after EHLO",
    peer: scripted("220 mx", { EHLO: "" }),
    verdict: `down (timeout): no answer within 0.2 s (waiting for the reply to EHLO ${Deno.hostname()})`,
  },
  {
    service: "smtp",
    name: "an answer of endless lines",
    peer: scripted("220 mx", { EHLO: "250-x\r\n".repeat(1000) }),
    verdict: "down (protocol): … 256 lines …",
  },
  {
    service: "smtp",
    name: "no STARTTLS",
    peer: scripted("220 mx", { EHLO: "250 mx", STARTTLS: "502 what?" }),
    target: { startTls: true },
    verdict: "down (reported): STARTTLS: 502 what?",
  },
  {
    service: "smtp",
    name: "a promise of TLS that is not kept",
    peer: scripted("220 mx", { EHLO: "250 mx", STARTTLS: "220 go on", "\x16": "250 what?" }),
    target: { startTls: true },
    verdict: "down (timeout): no answer within 0.2 s (TLS handshake)",
  },
  {
    service: "smtp",
    name: "a login by LOGIN",
    peer: scripted("220 mx", {
      EHLO: "250-mx\r\n250 AUTH=LOGIN",
      "AUTH LOGIN": "334 VXNlcm5hbWU6",
      "am9l": "334 UGFzc3dvcmQ6",
      "czNjcmV0": "235 in",
      ...BYE,
    }),
    target: joe,
    verdict: "up: logged in as joe",
  },
  {
    service: "smtp",
    name: "a login by PLAIN, refused for a reason of the server's own",
    peer: scripted("220 mx", {
      EHLO: "250-mx\r\n250 AUTH CRAM-MD5 LOGIN PLAIN",
      "AUTH PLAIN AGpvZQBzM2NyZXQ=": "454 later",
    }),
    target: joe,
    verdict: "down (reported): 454 later",
  },
  {
    service: "smtp",
    name: "a login where none is offered",
    peer: scripted("220 mx", { EHLO: "250-mx\r\n250 AUTH GSSAPI" }),
    target: joe,
    verdict: "down (reported): … PLAIN … LOGIN … starttls = yes …",
  },
  {
    service: "imap",
    name: "a login where we are in already",
    peer: scripted("* PREAUTH welcome", { "2 LOGOUT": "* BYE" }),
    target: joe,
    verdict: "up: * PREAUTH welcome",
  },
  {
    service: "imap",
    name: "a server that hangs up without a goodbye",
    peer: async (client) => {
      await client.say("* OK ready\r\n");
      await client.hearUntil("\r\n");
    },
    verdict: "up: * OK ready",
  },
  {
    service: "smtp",
    name: "a server that does not answer our goodbye",
    peer: scripted("220 mx", { EHLO: "250 mx", QUIT: "" }),
    verdict: "up: 220 mx",
  },
  {
    service: "nntp",
    name: "a server that only greets",
    peer: scripted("200 news", { QUIT: "" }),
    verdict: "up: 200 news",
  },
  {
    service: "imap",
    name: "no STARTTLS",
    peer: scripted("* OK", { "0 STARTTLS": "0 BAD what?" }),
    target: { startTls: true },
    verdict: "down (reported): STARTTLS: 0 BAD what?",
  },
  {
    service: "pop",
    name: "no STLS",
    peer: scripted("+OK", { STLS: "-ERR what?" }),
    target: { startTls: true },
    verdict: "down (reported): STLS: -ERR what?",
  },
  {
    service: "ftp",
    name: "no AUTH TLS",
    peer: scripted("220 ftp", { "AUTH TLS": "530 what?" }),
    target: { startTls: true },
    verdict: "down (reported): AUTH TLS: 530 what?",
  },
  { service: "pop", name: "a greeting", peer: scripted("+OK ready", POP), verdict: "up: +OK ready" },
  { service: "pop", name: "a login", peer: scripted("+OK ready", POP), target: joe, verdict: "up: logged in as joe" },
  {
    service: "pop",
    name: "a login without a password",
    peer: scripted("+OK", { ...POP, "PASS ": "+OK" }),
    target: { login: "joe" },
    verdict: "up: logged in as joe",
  },
  {
    service: "pop",
    name: "a wrong password",
    peer: scripted("+OK", { ...POP, PASS: "-ERR no" }),
    target: { ...joe, passwd: new Secret("x") },
    verdict: "down (auth): -ERR no",
  },
  {
    service: "pop",
    name: "an unknown user",
    peer: scripted("+OK", { USER: "-ERR unknown user" }),
    target: joe,
    verdict: "down (auth): -ERR unknown user",
  },
  {
    service: "pop",
    name: "trouble of the server's own",
    peer: scripted("+OK", { ...POP, "PASS s3cret": "-ERR [SYS/TEMP] disk full" }),
    target: joe,
    verdict: "down (reported): -ERR [SYS/TEMP] disk full",
  },
  { service: "pop", name: "not serving", peer: scripted("-ERR busy", {}), verdict: "down (reported): -ERR busy" },
  {
    service: "pop",
    name: "another protocol",
    peer: scripted("220 mx", {}),
    verdict: "down (protocol): not a POP3 reply: 220 mx",
  },
  {
    service: "pop",
    name: "a line of nothing but a space",
    peer: scripted(" ", {}),
    verdict: "down (protocol): not a POP3 reply: an empty line",
  },
  {
    service: "pop",
    name: "a stall after PASS",
    peer: scripted("+OK", { ...POP, PASS: "" }),
    target: { ...joe, passwd: new Secret("x") },
    verdict: "down (timeout): no answer within 0.2 s (waiting for the reply to PASS ***)",
  },
  { service: "imap", name: "a greeting", peer: scripted("* OK ready", IMAP), verdict: "up: * OK ready" },
  {
    service: "imap",
    name: "a login",
    peer: scripted("* OK ready", IMAP),
    target: joe,
    verdict: "up: logged in as joe",
  },
  {
    service: "imap",
    name: "quotes in a password",
    peer: scripted("* OK", { ...IMAP, '1 LOGIN "joe" "a\\"b\\\\c"': "1 OK" }),
    target: { login: "joe", passwd: new Secret('a"b\\c') },
    verdict: "up: logged in as joe",
  },
  {
    service: "imap",
    name: "a wrong password",
    peer: scripted("* OK", { ...IMAP, "1 LOGIN": "1 NO wrong" }),
    target: { ...joe, passwd: new Secret("x") },
    verdict: "down (auth): 1 NO wrong",
  },
  {
    service: "imap",
    name: "a goodbye instead of an answer",
    peer: scripted("* OK", { "1 LOGIN": "* BYE too many" }),
    target: joe,
    verdict: "down (reported): * BYE too many",
  },
  {
    service: "imap",
    name: "trouble of the server's own",
    peer: scripted("* OK", { "1 LOGIN": "1 NO [UNAVAILABLE] no directory" }),
    target: joe,
    verdict: "down (reported): 1 NO [UNAVAILABLE] no directory",
  },
  { service: "imap", name: "not serving", peer: scripted("* BYE busy", {}), verdict: "down (reported): * BYE busy" },
  {
    service: "imap",
    name: "another protocol",
    peer: scripted("+OK", {}),
    verdict: "down (protocol): not an IMAP greeting: +OK",
  },
  {
    service: "nntp",
    name: "posting allowed",
    peer: scripted("200 news", { QUIT: "205 bye" }),
    verdict: "up: 200 news",
  },
  {
    service: "nntp",
    name: "posting prohibited",
    peer: scripted("201 news", { QUIT: "205 bye" }),
    verdict: "up: 201 news",
  },
  { service: "nntp", name: "not serving", peer: scripted("400 later", {}), verdict: "down (reported): 400 later" },
  {
    service: "ftp",
    name: "an anonymous login",
    peer: scripted("220 ftp", { "USER anonymous": "331 ?", "PASS ldirectord@": "230-hi\r\n x\r\n230 in", ...BYE }),
    verdict: "up: logged in as anonymous",
  },
  {
    service: "ftp",
    name: "a login without a password",
    peer: scripted("220 ftp", { "USER joe": "230 in", ...BYE }),
    target: joe,
    verdict: "up: logged in as joe",
  },
  {
    service: "ftp",
    name: "a wrong password",
    peer: scripted("220 ftp", { "USER joe": "331 ?", PASS: "530 no" }),
    target: joe,
    verdict: "down (auth): 530 no",
  },
  { service: "ftp", name: "not serving", peer: scripted("421 later", {}), verdict: "down (reported): 421 later" },
  {
    service: "ftp",
    name: "no passive mode",
    peer: scripted("220", { USER: "230", TYPE: "200", PASV: "502 no" }),
    target: { request: "f" },
    verdict: "down (reported): 502 no",
  },
  {
    service: "ftp",
    name: "a passive mode without a port",
    peer: scripted("220", { USER: "230", TYPE: "200", PASV: "227 here" }),
    target: { request: "f" },
    verdict: "down (protocol): no port in 227 here",
  },
];

for (const row of ROWS) {
  Deno.test(`${row.service}: ${row.name}`, async () => {
    await withPeer(row.peer, async (peer) => {
      const deadline = row.verdict.includes("timeout") ? 0.2 : 20;
      const check = checkOf({ ...peer, service: row.service, ...row.target }, { negotiateTimeout: deadline });
      saysFacts([await verdict(check)], [row.verdict]);
    });
  });
}

Deno.test("pop: the trace has the whole conversation, and no password", async () => {
  await withPeer(scripted("+OK ready", POP), async (peer) => {
    const { trace } = await runRound(checkOf({ ...peer, service: "pop", ...joe }), "negotiate");
    deepStrictEqual(trace.map((line) => line.text).slice(1), [
      "* connected",
      "* waiting for the greeting",
      "< +OK ready",
      "> USER joe",
      "< +OK",
      "> PASS ***",
      "< +OK welcome",
      "> QUIT",
      "< +OK bye",
    ]);
  });
});

Deno.test("pop: a line end in a login makes no command of its own", async () => {
  await withPeer(scripted("+OK", POP), async (peer) => {
    strictEqual(
      await verdict(checkOf({ ...peer, service: "pop", login: "joe\r\nDELE 1" })),
      "down (internal): the check failed: a value of the configuration has a line end in it",
    );
  });
});

const FILES: readonly { name: string; send: Manners; end: string; verdict: string }[] = [
  {
    name: "a file that matches",
    send: (data) => data.say("the Test Page"),
    end: "226 done",
    verdict: "up: 13 bytes of f",
  },
  {
    name: "a file that does not",
    send: (data) => data.say("nothing"),
    end: "226 done",
    verdict: "down (mismatch): … /Test Page/",
  },
  {
    name: "a transfer that failed",
    send: (data) => data.say("the Test Page"),
    end: "451 disk",
    verdict: "down (reported): 451 disk",
  },
  {
    name: "a file without end",
    send: async (data) => {
      for (let blocks = 0; blocks < 1600; blocks++) await data.say("Test Page ".repeat(6554));
    },
    end: "426 cut",
    verdict: "up: 1048576 bytes of f",
  },
];

for (const row of FILES) {
  for (const host of ["127.0.0.1", "::1"]) {
    Deno.test(`ftp: ${row.name}, ${host}`, async () => {
      await withPeer(row.send, async (data) => {
        const [high, low] = [data.port >> 8, data.port & 0xff];
        const script = {
          USER: "331 ?",
          PASS: "230 in",
          "TYPE I": "200 binary",
          // The address is another host's on purpose.
          PASV: `227 Entering Passive Mode (192,0,2,1,${high},${low})`,
          EPSV: `229 Extended (|||${data.port}|)`,
          "RETR f": `150 coming\r\n${row.end}`,
          ...BYE,
        };
        await withPeer(scripted("220 ftp", script), async (peer) => {
          const target = {
            ...peer,
            address: parseIp(host)!,
            service: "ftp",
            request: "f",
            receive: contains("Test Page"),
          } as const;
          saysFacts([await verdict(checkOf(target))], [row.verdict]);
        }, { hostname: host });
      }, { hostname: host });
    });
  }
}

const CLOSED = /^down \((refused|protocol)\): (connection reset|the server closed the connection)$/;
const WAITS = /^down \(timeout\): no answer within 0.3 s \(waiting for the greeting\)$/;

/** Each a valid greeting, so that the flood is read on. */
const FLOODS = { smtp: "220-x\r\n", pop: "+OK\r\n", imap: "* OK\r\n", nntp: "200 x\r\n", ftp: "220-x\r\n" };

for (const service of ["smtp", "pop", "imap", "nntp", "ftp"] as const) {
  testIllServers({ service }, {
    closed: CLOSED,
    // These servers speak first: one that waits for us has nothing to say.
    garbage: /^down \((timeout|protocol)\): /,
    flood: /^(down \(protocol\)|up): /,
    flooded: FLOODS[service],
    stage: WAITS,
  });
}
