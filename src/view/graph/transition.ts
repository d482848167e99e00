import type { Arrangement, PlacedBox, PlacedLink } from './arrangement';
import type { Box } from './boxes';
import { meets } from './camera';
import type { Rect } from './camera';
import type { Point } from './pen';
import type { Label } from './labels';

export interface DrawnBox extends Pick<PlacedBox, 'box' | 'rect' | 'open'> {
  readonly opacity: number;
}

export interface DrawnLink extends Pick<PlacedLink, 'link' | 'points'> {
  readonly label: Label | null;
  readonly opacity: number;
}

/** What is drawn at one moment of a change. */
export interface Moment {
  readonly boxes: readonly DrawnBox[];
  readonly links: readonly DrawnLink[];
}

interface Moving {
  readonly placed: PlacedBox;
  readonly from: Rect;
  readonly to: Rect;
  /** 1: it comes, -1: it goes, 0: it is there before and after. */
  readonly comes: -1 | 0 | 1;
}

type Line = Pick<PlacedLink, 'link' | 'points'>;

const by = ([dx, dy]: Point, rect: Rect): Rect => ({ ...rect, x: rect.x + dx, y: rect.y + dy });

const mix = (a: number, b: number, part: number): number => a + (b - a) * part;

export const mixed = (a: Rect, b: Rect, part: number): Rect => ({
  x: mix(a.x, b.x, part),
  y: mix(a.y, b.y, part),
  width: mix(a.width, b.width, part),
  height: mix(a.height, b.height, part)
});

/**
 * From one arrangement to the next: what is in both moves; what comes grows out of the box that was opened, what goes shrinks into the
 * one that was closed; lines keep to the boxes that they join.
 */
export class Transition {
  private readonly moving: Moving[];
  private readonly places: Map<Box, { readonly from: Rect; readonly to: Rect }>;
  private readonly before: readonly Line[];
  private readonly after: readonly Line[];
  private readonly stay: ReadonlySet<string>;

  /**
   * `shift` is by how much the camera has moved along since what was there before. `view` is what is in sight: what never comes into
   * it is left out, so that a frame costs what it shows.
   */
  constructor(from: Arrangement, shift: Point, to: Arrangement, view: Rect) {
    const stay = to.boxes.map((placed): Moving => {
      const before = from.byId.get(placed.box.id);
      if (before) {
        return { placed, from: by(shift, before.rect), to: placed.rect, comes: 0 };
      }
      const holder = holderOf(placed.box, to, from);
      const out = holder ? by(shift, carried(placed.rect, holder)) : placed.rect;
      return { placed, from: out, to: placed.rect, comes: 1 };
    });
    const go = from.boxes.flatMap((placed): Moving[] => {
      if (to.byId.has(placed.box.id)) {
        return [];
      }
      const was = by(shift, placed.rect);
      const holder = holderOf(placed.box, from, to);
      return [{ placed, from: was, to: holder ? carried(placed.rect, holder) : was, comes: -1 }];
    });
    const all = [...stay, ...go];
    this.moving = all.filter(({ from, to }) => meets(around(from, to), view));
    this.places = new Map(all.map(({ placed, from, to }) => [placed.box, { from, to }]));
    const seen = new Set(this.moving.map(({ placed }) => placed.box));
    const isSeen = ({ link, bounds }: PlacedLink, view: Rect): boolean =>
      seen.has(link.source) || seen.has(link.target) || meets(bounds, view);
    const [dx, dy] = shift;
    const earlier = by([-dx, -dy], view);
    this.before = from.links
      .filter(line => isSeen(line, earlier))
      .map(({ link, points }) => ({ link, points: points.map(([x, y]) => [x + dx, y + dy]) }));
    this.after = to.links.filter(line => isSeen(line, view));
    this.stay = new Set(this.before.map(({ link }) => link.id));
  }

  /** `part` goes from 0 to 1. */
  at(part: number): Moment {
    const boxes = this.moving.map(({ placed, from, to, comes }): DrawnBox => {
      const opacity = comes === 0 ? 1 : comes > 0 ? part : 1 - part;
      return { box: placed.box, open: placed.open, rect: mixed(from, to, part), opacity };
    });
    return {
      boxes,
      links: [
        ...this.before.map(line => this.line(line, part, 'from', 1 - part)),
        ...this.after.map(line => this.line(line, part, 'to', this.stay.has(line.link.id) ? part : part ** 2))
      ]
    };
  }

  /** A line as it was laid out for one end of the change, drawn along by the boxes that it joins. */
  private line({ link, points }: Line, part: number, laid: 'from' | 'to', opacity: number): DrawnLink {
    const shift = (box: Box, [x, y]: Point): Point => {
      const place = this.places.get(box)!;
      const now = mixed(place.from, place.to, part);
      const own = place[laid];
      const scale = (at: number, start: number, length: number): number => (length ? (at - start) / length : 0.5);
      return [now.x + scale(x, own.x, own.width) * now.width - x, now.y + scale(y, own.y, own.height) * now.height - y];
    };
    const start = shift(link.source, points[0]!);
    const end = shift(link.target, points.at(-1)!);
    const moved = points.map(([x, y], i): Point => {
      const along = i / (points.length - 1);
      return [x + mix(start[0], end[0], along), y + mix(start[1], end[1], along)];
    });
    return { link, points: moved, label: null, opacity };
  }
}

/** Whatever lies between the two lies in it. */
function around(a: Rect, b: Rect): Rect {
  const x = Math.min(a.x, b.x);
  const y = Math.min(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y
  };
}

interface Holder {
  readonly own: Rect;
  readonly other: Rect;
}

/** The innermost box around one that both arrangements have, as it is in each. */
function holderOf(box: Box, own: Arrangement, other: Arrangement): Holder | null {
  for (let at = box.parent; at?.parent; at = at.parent) {
    const there = other.byId.get(at.id);
    const here = own.byId.get(at.id);
    if (there && here) {
      return { own: here.rect, other: there.rect };
    }
  }
  return null;
}

/** A rectangle carried along with the one around it. */
function carried(rect: Rect, { own, other }: Holder): Rect {
  const x = other.width / own.width;
  const y = other.height / own.height;
  return {
    x: other.x + (rect.x - own.x) * x,
    y: other.y + (rect.y - own.y) * y,
    width: rect.width * x,
    height: rect.height * y
  };
}
