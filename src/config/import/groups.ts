/**
 * keepalived's groups of virtual servers: one block for several addresses.
 */

import type { Note, Statement } from "./keepalived_syntax.ts";
import type { Converted } from "./notes.ts";
import type { Addressed } from "./virtual_servers.ts";

/** Lines of virtual_server blocks that are carried over, each as often as groups repeat it. */
const MOST_LINES = 200_000;

/** Returns the virtual servers with their addresses, each as often as its group has one. */
export function addressedServers(statements: readonly Statement[]): Converted<readonly Addressed[]> {
  const groups = new Map(
    statements.filter(({ keyword }) => keyword === "virtual_server_group").map((group) => [group.words[0], group]),
  );
  const membersOf = new Map(Array.from(groups, ([name, { block = [] }]) => [name, block.filter(isSingle)]));
  const servers = statements.filter(({ keyword }) => keyword === "virtual_server");
  const named = new Set(servers.filter(isOfGroup).map(({ words: [, name = ""] }) => name));
  const notes: Note[] = [...named].flatMap((name) => groups.get(name)?.block ?? []).filter((each) => !isSingle(each))
    .map(({ keyword, line }) => ({
      line,
      text: `the range ${keyword} is left out: name each of its addresses in the virtual line`,
    }));
  const value: Addressed[] = [];
  let lineCount = 0;
  for (const statement of servers) {
    const { words: [first = "", second = ""], line, block = [] } = statement;
    const members = isOfGroup(statement) ? membersOf.get(second) : [{ keyword: first, words: [second] }];
    if (!members) notes.push({ line, text: `the group ${second} is not there: left out` });
    for (const { keyword, words: [port = ""] } of members ?? []) {
      lineCount += 1 + block.length;
      if (lineCount > MOST_LINES) {
        const text = `left out: the file has more than ${MOST_LINES} lines, with all that its groups repeat`;
        notes.push({ line, text });
        break;
      }
      value.push({ statement, first: keyword, second: port });
    }
  }
  return { value, notes };
}

function isOfGroup({ words: [first] }: Statement): boolean {
  return first === "group";
}

/** Whether a member of a group is no range of addresses. */
function isSingle({ keyword }: Statement): boolean {
  return !/-|\//.test(keyword);
}
