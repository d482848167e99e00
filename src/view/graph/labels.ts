import type { PlacedBox, PlacedLink } from './arrangement';
import type { Rect } from './camera';
import { FONT, SIZE, textWidth } from './measure';
import type { Link } from './visible';

export interface Label {
  readonly words: string;
  /** The room that it takes; it begins at its left, in the middle of its height. */
  readonly rect: Rect;
}

const HEIGHT = 14;
/** Between a line and what is written beside it. */
const GAP = 4;
/** Places are looked up in squares of this size. */
const CELL = 64;
/** More columns of squares than any graph is wide: a number for a square is found sooner than a text. */
const MOST_COLUMNS = 2 ** 24;

type Line = Pick<PlacedLink, 'link' | 'points'>;

/** So many are placed between two looks at the clock. */
const AT_ONCE = 32;

/**
 * What is written beside the lines: what flows, where that hides no box, no title, no line and nothing else that is written. To find
 * room takes longer than to draw, so it is done in parts, when there is time.
 */
export class Labels {
  private readonly found = new Map<Link, Label>();
  private readonly steps: Iterator<undefined, undefined>;
  private _done = false;

  constructor(boxes: readonly PlacedBox[], lines: readonly Line[], words: (link: Link) => string) {
    this.steps = this.placing(boxes, lines, words);
  }

  /** Whether each has its place, or none. */
  get done(): boolean {
    return this._done;
  }

  /** Goes on until all are placed, or until that time of `performance.now()`; says whether it is done. */
  place(until = Infinity): boolean {
    while (!this._done && performance.now() < until) {
      for (let i = 0; i < AT_ONCE && !this._done; i++) {
        this._done = this.steps.next().done === true;
      }
    }
    return this._done;
  }

  /** Null where there is no room for it, or nothing to say, or where it is not placed yet. */
  of(link: Link): Label | null {
    return this.found.get(link) ?? null;
  }

  private *placing(
    boxes: readonly PlacedBox[],
    lines: readonly Line[],
    words: (link: Link) => string
  ): Generator<undefined, undefined> {
    const taken = new Taken();
    for (const { open, rect, box } of boxes) {
      if (!open) {
        taken.add(rect);
      } else if (box.parent) {
        // Its title, and its border on all sides.
        taken.add({ ...rect, height: SIZE.header });
        taken.add({ ...rect, width: 1 });
        taken.add({ ...rect, x: rect.x + rect.width, width: 1 });
        taken.add({ ...rect, y: rect.y + rect.height, height: 1 });
      }
      yield;
    }
    for (const { points } of lines) {
      for (let i = 1; i < points.length; i++) {
        const [ax, ay] = points[i - 1]!;
        const [bx, by] = points[i]!;
        taken.add({ x: Math.min(ax, bx), y: Math.min(ay, by), width: Math.abs(bx - ax), height: Math.abs(by - ay) });
      }
      yield;
    }
    for (const line of lines) {
      const text = words(line.link);
      const rect = text ? roomFor(line, textWidth(text, FONT.small), taken) : null;
      if (rect) {
        taken.add(rect);
        this.found.set(line.link, { words: text, rect });
      }
      yield;
    }
  }
}

/** Beside the upright pieces, the longest first, at their right and then their left; else above or below the others. */
function roomFor({ points }: Line, width: number, taken: Taken): Rect | null {
  const pieces = points
    .slice(1)
    .map(([bx, by], i) => ({ ax: points[i]![0], ay: points[i]![1], bx, by }))
    .sort((p, q) => lengthOf(q) - lengthOf(p));
  const upright = pieces.filter(({ ax, bx }) => Math.abs(ax - bx) < 1);
  const level = pieces.filter(({ ay, by }) => Math.abs(ay - by) < 1);
  for (const { ax, ay, by } of upright) {
    // In the middle, then nearer to either end.
    for (const part of [0.5, 0.25, 0.75]) {
      const y = ay + (by - ay) * part - HEIGHT / 2;
      for (const x of [ax + GAP, ax - GAP - width]) {
        const rect = { x, y, width, height: HEIGHT };
        if (Math.abs(by - ay) >= HEIGHT + 2 && taken.free(rect)) {
          return rect;
        }
      }
    }
  }
  for (const { ax, ay, bx } of level) {
    for (const y of [ay - HEIGHT - 1, ay + 1]) {
      const rect = { x: (ax + bx - width) / 2, y, width, height: HEIGHT };
      if (Math.abs(bx - ax) >= width && taken.free(rect)) {
        return rect;
      }
    }
  }
  return null;
}

const lengthOf = ({ ax, ay, bx, by }: { ax: number; ay: number; bx: number; by: number }): number =>
  Math.abs(bx - ax) + Math.abs(by - ay);

/** What is taken of the plane, found by where it is. */
class Taken {
  private readonly cells = new Map<number, Rect[]>();

  add(rect: Rect): void {
    for (const key of cellsOf(rect)) {
      const there = this.cells.get(key);
      if (there) {
        there.push(rect);
      } else {
        this.cells.set(key, [rect]);
      }
    }
  }

  free(rect: Rect): boolean {
    for (const key of cellsOf(rect)) {
      if (this.cells.get(key)?.some(other => overlap(rect, other))) {
        return false;
      }
    }
    return true;
  }
}

function* cellsOf({ x, y, width, height }: Rect): Generator<number> {
  for (let row = Math.floor(y / CELL); row <= Math.floor((y + height) / CELL); row++) {
    for (let column = Math.floor(x / CELL); column <= Math.floor((x + width) / CELL); column++) {
      yield row * MOST_COLUMNS + column;
    }
  }
}

const overlap = (a: Rect, b: Rect): boolean =>
  a.x <= b.x + b.width && b.x <= a.x + a.width && a.y <= b.y + b.height && b.y <= a.y + a.height;
