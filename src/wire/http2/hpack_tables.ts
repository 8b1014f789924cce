/**
 * The two tables of HPACK (RFC 7541, appendices A and B).
 */

/** The static table, its first entry at index 1: a name, and behind a blank a value. */
const STATIC_TABLE = `
:authority
:method GET
:method POST
:path /
:path /index.html
:scheme http
:scheme https
:status 200
:status 204
:status 206
:status 304
:status 400
:status 404
:status 500
accept-charset
accept-encoding gzip, deflate
accept-language
accept-ranges
accept
access-control-allow-origin
age
allow
authorization
cache-control
content-disposition
content-encoding
content-language
content-length
content-location
content-range
content-type
cookie
date
etag
expect
expires
from
host
if-match
if-modified-since
if-none-match
if-range
if-unmodified-since
last-modified
link
location
max-forwards
proxy-authenticate
proxy-authorization
range
referer
refresh
retry-after
server
set-cookie
strict-transport-security
transfer-encoding
user-agent
vary
via
www-authenticate`.split("\n").slice(1).map((line): readonly [string, string] => {
  const [name, ...value] = line.split(" ");
  return [name, value.join(" ")];
});

/** The entry of the static table at an index; `undefined` where there is none. */
export function staticField(index: number): readonly [name: string, value: string] | undefined {
  return STATIC_TABLE[index - 1];
}

/** The symbol that stands for the end and never occurs (RFC 7541, 5.2). */
export const END_OF_STRING = 256;

/** The bits of each symbol's code, in base 36. The code is canonical, so its lengths say all of it. */
const LENGTHS =
  "dnsssssssoussussssssssusssssssss6aacd68baa8b8666555666666678f6cad67777777777777777777777878djde6f5656" +
  "5666577666567655677777fbedskmkkmmmnmnnnnnonoomnonnnnlmnmnnomlkmmnnlnmmolmnnllmlnmnnkmmmnmmnqqkjmnmpqqqrrqopjlqrr" +
  "qrollqqsrrrkoklmllnmmppooqnqrqqrrrrrsrrrrrqu";

const LONGEST = 30;

/** By length of code: the first code, and the symbols that have the codes from there on. */
const CODES: readonly { readonly first: number; readonly symbols: readonly number[] }[] = codes();

function codes() {
  const lengths = Array.from(LENGTHS, (digit) => parseInt(digit, 36));
  let next = 0;
  return Array.from({ length: LONGEST + 1 }, (_, length) => {
    const symbols = [...lengths.keys()].filter((symbol) => lengths[symbol] === length);
    const first = next;
    next = (next + symbols.length) * 2;
    return { first, symbols };
  });
}

/** The symbol of a code of so many bits; `undefined` where the code goes on. */
export function huffmanSymbol(code: number, length: number): number | undefined {
  const { first, symbols } = CODES[length];
  return symbols[code - first];
}
