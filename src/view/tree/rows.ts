import type { Item, Items } from './items';

/** One line of the tree as it stands open. */
export interface Row {
  readonly item: Item;
  readonly depth: number;
  /** Null where there is nothing to open. */
  readonly expanded: boolean | null;
  /** Its place among its visible siblings, from 1, and their number. */
  readonly position: number;
  readonly siblings: number;
}

/** What a search leaves: the items found, and those on the way to them. */
export interface Found {
  readonly matches: ReadonlySet<Item>;
  readonly above: ReadonlySet<Item>;
}

/** The rows to draw for a set of open items. Its cost is what is visible; a chain of any depth is no deeper a stack. */
export function rowsOf(roots: readonly Item[], open: ReadonlySet<string>, found: Found | null = null): Row[] {
  const shown = (items: readonly Item[]): readonly Item[] =>
    found ? items.filter(item => found.matches.has(item) || found.above.has(item)) : items;
  const rows: Row[] = [];
  const stack: Row[] = [];
  const push = (items: readonly Item[], depth: number): void => {
    for (let i = items.length - 1; i >= 0; i--) {
      const item = items[i]!;
      const expanded = item.children.length ? open.has(item.id) : null;
      stack.push({ item, depth, expanded, position: i + 1, siblings: items.length });
    }
  };
  push(shown(roots), 0);
  for (let row = stack.pop(); row; row = stack.pop()) {
    rows.push(row);
    if (row.expanded) {
      const { item } = row;
      // Under a module that was found itself all is shown; on the way to one only the way.
      push(found?.above.has(item) === false ? item.children : shown(item.children), row.depth + 1);
    }
  }
  return rows;
}

/** The items above one, from the root. */
export function ancestorsOf(item: Item): Item[] {
  const above: Item[] = [];
  for (let parent = item.parent; parent; parent = parent.parent) {
    above.unshift(parent);
  }
  return above;
}

/**
 * What is open at first: level after level as long as all of it fits the pane, a repeated block never, so that a model is
 * seen whole before it is seen deep.
 */
export function openAtFirst(items: Items, room: number): Set<string> {
  const open = new Set<string>();
  let rows = items.roots.length;
  let level: readonly Item[] = items.roots;
  for (let depth = 0; level.length; depth++) {
    const next: Item[] = [];
    for (const item of level) {
      const worth = item.type === 'module' && item.hasModules && !item.repeat;
      if (worth && (depth === 0 || rows + item.children.length <= room)) {
        open.add(item.id);
        rows += item.children.length;
        next.push(...item.children);
      }
    }
    level = next;
  }
  return open;
}
