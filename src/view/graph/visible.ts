import type { Graph } from '../../wire/protocol';
import type { Box, Boxes } from './boxes';

/** What goes from one visible box to another: one line, for however many edges of the graph. */
export interface Link {
  readonly id: string;
  readonly source: Box;
  readonly target: Box;
  /** Indices into the graph's edges. */
  readonly edges: number[];
  /** Indices into the graph's values, each once. */
  readonly values: Set<number>;
}

export interface Visible {
  /** Parents first; an open box's children follow it. */
  readonly boxes: readonly Box[];
  readonly links: readonly Link[];
}

/** Whether a box is drawn as a frame with its children inside. The model itself always is. */
export const isOpen = (box: Box, open: ReadonlySet<string>): boolean =>
  box.children.length > 0 && (box.parent === null || open.has(box.id));

/** What is on screen while these boxes are open: edges go from and to the innermost box that is seen. */
export function visibleOf(graph: Graph, { root, of }: Boxes, open: ReadonlySet<string>): Visible {
  const boxes: Box[] = [];
  /** Of each box the one that is seen in its place. */
  const shownBy = new Map<Box, Box>();
  const waiting = [root];
  while (waiting.length) {
    const box = waiting.pop()!;
    boxes.push(box);
    shownBy.set(box, box);
    if (isOpen(box, open)) {
      for (let i = box.children.length - 1; i >= 0; i--) {
        waiting.push(box.children[i]!);
      }
    }
  }
  const shown = (box: Box): Box => {
    let found = shownBy.get(box);
    if (!found) {
      found = shown(box.parent!);
      shownBy.set(box, found);
    }
    return found;
  };
  const links = new Map<Box, Map<Box, Link>>();
  graph.edges.forEach(([from, to, value], edge) => {
    const fromBox = of[from];
    const toBox = of[to];
    if (!fromBox || !toBox) {
      return;
    }
    const source = shown(fromBox);
    const target = shown(toBox);
    if (source === target || contains(source, target) || contains(target, source)) {
      return;
    }
    let out = links.get(source);
    if (!out) {
      links.set(source, (out = new Map<Box, Link>()));
    }
    const link = out.get(target);
    if (link) {
      link.edges.push(edge);
      link.values.add(value);
    } else {
      out.set(target, {
        id: `${source.id} → ${target.id}`,
        source,
        target,
        edges: [edge],
        values: new Set([value])
      });
    }
  });
  return { boxes, links: [...links.values()].flatMap(out => [...out.values()]) };
}

/** Whether a box is inside another. */
export function contains(outer: Box, inner: Box): boolean {
  let at = inner.parent;
  while (at && at.depth > outer.depth) {
    at = at.parent;
  }
  return at === outer;
}

/** The boxes that must be open for this one to be seen. */
export function above(box: Box): Box[] {
  const boxes: Box[] = [];
  for (let parent = box.parent; parent?.parent; parent = parent.parent) {
    boxes.push(parent);
  }
  return boxes;
}

/** What is open at first: level after level, as long as there is room for what opens. */
export function openAtFirst({ root }: Boxes, room: number): Set<string> {
  const open = new Set<string>();
  let taken = root.children.length;
  let level = root.children;
  while (level.length) {
    const next: Box[] = [];
    // The smallest first: a block that holds little but other blocks costs nothing to look into.
    for (const box of [...level].sort((a, b) => a.children.length - b.children.length)) {
      const { children, run } = box;
      // A layer's own operation says no more than the layer does, and a run opens to many of the same.
      const worthwhile = run === null && children.some(child => child.children.length > 0);
      const more = children.length - 1;
      if (worthwhile && (more === 0 || taken + more <= room)) {
        open.add(box.id);
        taken += more;
        next.push(...children);
      }
    }
    level = next;
  }
  return open;
}
