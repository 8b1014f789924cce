/**
 * The remarks that belong to a node.
 */

import { isCollection, isNode, isPair, type Node } from "yaml";

/** Returns the lines of a comment. */
export function remarks(comment: string | null | undefined): readonly string[] {
  return comment ? comment.split("\n").map((line) => line.replace(/^ /, "")) : [];
}

/**
 * Returns the remarks behind a value, or behind its parts: in other syntaxes it stands on one line.
 *
 * @param own a part that has lines of its own there.
 */
export function remarkBehind(node: Node | null, own?: Node): string | undefined {
  const found = remarksWithin(node, own).map((remark) => remark.trim().replaceAll(/\s*\n\s*/g, " "));
  return found.filter((remark) => remark !== "").join("; ") || undefined;
}

function remarksWithin(node: unknown, own?: Node): readonly string[] {
  if (isPair(node)) return [...remarksWithin(node.key), ...remarksWithin(node.value, own)];
  if (!isNode(node) || node === own) return [];
  const inside = isCollection(node) ? node.items.flatMap((item) => remarksWithin(item, own)) : [];
  return [...inside, ...node.comment ? [node.comment] : []];
}

/** Returns the remarks above the parts of a value, but for the first: its remarks are the value's own. */
export function remarksAboveParts(node: Node | null): readonly string[] {
  if (!isCollection(node)) return [];
  return node.items.flatMap((item) => {
    const first = isPair(item) ? item.key : item;
    return isNode(first) ? remarks(first.commentBefore) : [];
  });
}
