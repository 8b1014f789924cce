import { strictEqual } from "node:assert/strict";
import { closest } from "../../../src/config/language/closest.ts";
import { DIRECTIVES } from "../../../src/config/language/directives.ts";
import { pure } from "../fixture.ts";

const COMMANDS = ["drain", "disable", "enable", "weight", "status", "start", "stop", "restart", "plan", "probe"];
const SERVERS = [
  "web1",
  "web2",
  "10.0.0.11",
  "10.0.0.12:80",
  "[2001:db8::1]:80",
  "tcp:192.0.2.1:80",
  "fe80::1",
  "db.example",
];

/** What is written, the words, and which of them was meant. */
const ROWS: readonly (readonly [string, readonly string[], string | undefined])[] = [
  ["checkintervall", Object.keys(DIRECTIVES), "checkinterval"],
  ["rael", Object.keys(DIRECTIVES), "real"],
  ["Passwd", Object.keys(DIRECTIVES), "passwd"],
  ["more", Object.keys(DIRECTIVES), undefined],
  ["no", Object.keys(DIRECTIVES), undefined],
  ["to", Object.keys(DIRECTIVES), undefined],
  ["htp", ["ftp", "http"], "http"],
  ["drane", COMMANDS, "drain"],
  ["statsu", COMMANDS, "status"],
  ["web3", SERVERS, undefined],
  ["10.0.0.13", SERVERS, undefined],
  ["10.0.0.12:81", SERVERS, undefined],
  ["[2001:db8::2]:80", SERVERS, undefined],
  ["tcp:192.0.2.2:80", SERVERS, undefined],
  ["fe80::2", SERVERS, undefined],
  ["db.exampel", SERVERS, "db.example"],
];

pure("a word is proposed only where it is plausible, and never an address", () => {
  for (const [text, words, meant] of ROWS) strictEqual(closest(text, words), meant, text);
});
