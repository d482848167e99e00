import type { Arrangement, PlacedBox, PlacedLink } from './arrangement';
import type { Box } from './boxes';
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

  constructor(
    private readonly from: Arrangement,
    private readonly to: Arrangement
  ) {
    const stay = to.boxes.map((placed): Moving => {
      const before = from.byId.get(placed.box.id);
      return before
        ? { placed, from: before.rect, to: placed.rect, comes: 0 }
        : { placed, from: carried(placed.rect, holderOf(placed.box, to, from)), to: placed.rect, comes: 1 };
    });
    const go = from.boxes.flatMap((placed): Moving[] =>
      to.byId.has(placed.box.id)
        ? []
        : [{ placed, from: placed.rect, to: carried(placed.rect, holderOf(placed.box, from, to)), comes: -1 }]
    );
    this.moving = [...stay, ...go];
    this.places = new Map(this.moving.map(({ placed, from, to }) => [placed.box, { from, to }]));
  }

  /** `part` goes from 0 to 1. */
  at(part: number): Moment {
    const boxes = this.moving.map(({ placed, from, to, comes }): DrawnBox => {
      const opacity = comes === 0 ? 1 : comes > 0 ? part : 1 - part;
      return { box: placed.box, open: placed.open, rect: mixed(from, to, part), opacity };
    });
    const before = new Set(this.from.links.map(({ link }) => link.id));
    return {
      boxes,
      links: [
        ...this.from.links.map(line => this.line(line, part, 'from', 1 - part)),
        ...this.to.links.map(line => this.line(line, part, 'to', before.has(line.link.id) ? part : part ** 2))
      ]
    };
  }

  /** A line as it was laid out for one end of the change, drawn along by the boxes that it joins. */
  private line({ link, points }: PlacedLink, part: number, laid: 'from' | 'to', opacity: number): DrawnLink {
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
function carried(rect: Rect, holder: Holder | null): Rect {
  if (!holder) {
    return rect;
  }
  const { own, other } = holder;
  const x = other.width / own.width;
  const y = other.height / own.height;
  return {
    x: other.x + (rect.x - own.x) * x,
    y: other.y + (rect.y - own.y) * y,
    width: rect.width * x,
    height: rect.height * y
  };
}
