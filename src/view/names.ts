import { element } from '../dom/element';

export type Range = readonly [start: number, end: number];

/** How much of a long name's end is never cut: what tells `…query.weight` from `…key.weight` stands there. */
const TAIL = 12;

/**
 * A name that loses its middle where there is no room for it, and nothing where there is. Both halves are text, so it is
 * found, selected and copied whole; `data-mv-tip-cut` shows it whole under the pointer.
 */
export function nameElement(
  name: string,
  { tail = TAIL, marks = [] }: { tail?: number; marks?: readonly Range[] } = {}
): HTMLElement {
  if (!name.trim()) {
    return nameElement(JSON.stringify(name)); // a name of spaces is a name still
  }
  const cut = name.length > 2 * tail ? name.length - tail : name.length;
  const head = element('span', { class: 'mv-name-head', 'data-mv-tip-cut': name });
  head.append(...marked(name, 0, cut, marks));
  const node = element('span', { class: 'mv-name' }, head);
  if (cut < name.length) {
    node.append(element('span', { class: 'mv-name-tail' }, ...marked(name, cut, name.length, marks)));
  }
  return node;
}

/** A part of a text with what was searched for marked in it. */
function marked(text: string, from: number, to: number, marks: readonly Range[]): Node[] {
  const nodes: Node[] = [];
  let at = from;
  const plain = (end: number): void => {
    if (end > at) {
      nodes.push(document.createTextNode(text.slice(at, end)));
    }
  };
  for (const [start, end] of marks) {
    const first = Math.max(start, at);
    const last = Math.min(end, to);
    if (first < last) {
      plain(first);
      nodes.push(element('mark', { class: 'mv-mark' }, text.slice(first, last)));
      at = last;
    }
  }
  plain(to);
  return nodes;
}
