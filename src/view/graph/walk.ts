import type { Arrangement, PlacedBox } from './arrangement';
import type { Box } from './boxes';

export type Step = 'down' | 'up' | 'left' | 'right' | 'first' | 'last';

/** Where a box is for the eye; an open one is where its title is. */
const middleOf = ({ rect, open }: PlacedBox): [number, number] => [
  rect.x + rect.width / 2,
  open ? rect.y + 10 : rect.y + rect.height / 2
];

/**
 * Where the arrow keys lead. Down follows the flow, up goes against it, left and right go to neighbours. Going down from the title of an
 * open box leads into it, going down from its last leads on behind it; going up from its first leads back to its title.
 */
export class Walk {
  /** Between neighbours in one box. */
  private readonly next = new Map<Box, Set<Box>>();
  private readonly before = new Map<Box, Set<Box>>();
  private readonly children = new Map<Box, PlacedBox[]>();

  constructor(private readonly arrangement: Arrangement) {
    for (const placed of arrangement.boxes) {
      grow(this.children, placed.box.parent!, () => []).push(placed);
    }
    for (const { link } of arrangement.links) {
      const [source, target] = neighbours(link.source, link.target);
      grow(this.next, source, () => new Set<Box>()).add(target);
      grow(this.before, target, () => new Set<Box>()).add(source);
    }
  }

  step(from: PlacedBox | null, step: Step): PlacedBox | null {
    const { boxes } = this.arrangement;
    if (!from || step === 'first' || step === 'last') {
      return (step === 'last' ? boxes.at(-1) : boxes[0]) ?? null;
    }
    switch (step) {
      case 'down':
        return (from.open ? this.entry(from) : null) ?? this.along(from, this.next, 1);
      case 'up':
        return this.along(from, this.before, -1);
      default:
        return this.aside(from, step === 'right' ? 1 : -1);
    }
  }

  /** The first of what is inside an open box: the topmost, and of these the one before which nothing comes. */
  private entry({ box, rect }: PlacedBox): PlacedBox | null {
    const inside = this.children.get(box) ?? [];
    const first = inside.filter(child => !this.before.has(child.box));
    const x = rect.x + rect.width / 2;
    return least(first.length ? first : inside, child => child.rect.y * 4 + Math.abs(middleOf(child)[0] - x));
  }

  private along(from: PlacedBox, lines: ReadonlyMap<Box, ReadonlySet<Box>>, sense: 1 | -1): PlacedBox | null {
    const [x, y] = middleOf(from);
    const joined = [...(lines.get(from.box) ?? [])].map(box => this.arrangement.byId.get(box.id)!);
    // The nearest of what follows; of two as near the one straight ahead.
    const near = least(joined, placed => {
      const [px, py] = middleOf(placed);
      return Math.abs(py - y) + Math.abs(px - x);
    });
    if (near) {
      return near;
    }
    // Without a line the eye goes on to what stands there; among boxes that lines join, it goes out.
    const alone = !this.next.has(from.box) && !this.before.has(from.box);
    const there = alone ? this.towards(from, 0, sense) : null;
    if (there) {
      return there;
    }
    const parent = from.box.parent && this.arrangement.byId.get(from.box.parent.id);
    return parent ? (sense < 0 ? parent : this.along(parent, lines, sense)) : null;
  }

  private aside(from: PlacedBox, sense: 1 | -1): PlacedBox | null {
    const there = this.towards(from, sense, 0);
    if (there) {
      return there;
    }
    // Nothing stands aside: the next in the model's own order, so that every box can be reached.
    const siblings = this.children.get(from.box.parent!) ?? [];
    return siblings[siblings.indexOf(from) + sense] ?? null;
  }

  /** The nearest neighbour in one direction, that is rather ahead than aside. */
  private towards(from: PlacedBox, dx: number, dy: number): PlacedBox | null {
    const [x, y] = middleOf(from);
    const ahead = (this.children.get(from.box.parent!) ?? []).filter(placed => {
      const [px, py] = middleOf(placed);
      const along = (px - x) * dx + (py - y) * dy;
      return along > 1 && along >= Math.abs((px - x) * dy) + Math.abs((py - y) * dx);
    });
    return least(ahead, placed => {
      const [px, py] = middleOf(placed);
      return Math.abs(px - x) * (dx ? 1 : 3) + Math.abs(py - y) * (dy ? 1 : 3);
    });
  }
}

/** Of two boxes those around them, or they themselves, that stand beside one another in one box. */
function neighbours(source: Box, target: Box): [Box, Box] {
  let a = source;
  let b = target;
  while (a.depth > b.depth) {
    a = a.parent!;
  }
  while (b.depth > a.depth) {
    b = b.parent!;
  }
  while (a.parent !== b.parent) {
    a = a.parent!;
    b = b.parent!;
  }
  return [a, b];
}

function least<Item>(items: readonly Item[], cost: (item: Item) => number): Item | null {
  let best: Item | null = null;
  let lowest = Infinity;
  for (const item of items) {
    const price = cost(item);
    if (price < lowest) {
      lowest = price;
      best = item;
    }
  }
  return best;
}

function grow<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
