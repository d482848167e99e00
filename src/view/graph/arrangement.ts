import type { Laid, LayoutGraph, LayoutNode } from '../../layout';
import type { Box } from './boxes';
import type { Rect } from './camera';
import { Labels } from './labels';
import { headerWidth, SIZE, sizeOf } from './measure';
import type { DetailOf } from './measure';
import type { Point } from './pen';
import { isOpen } from './visible';
import type { Link, Visible } from './visible';

export interface PlacedBox {
  readonly box: Box;
  readonly rect: Rect;
  readonly open: boolean;
  /** Where in the arrangement what is inside it ends. */
  readonly end: number;
}

export interface PlacedLink {
  readonly link: Link;
  readonly points: readonly Point[];
  readonly bounds: Rect;
}

/** What is on screen and where: boxes, parents before what is in them, and the lines between them. */
export interface Arrangement {
  readonly boxes: readonly PlacedBox[];
  readonly links: readonly PlacedLink[];
  readonly byId: ReadonlyMap<string, PlacedBox>;
  readonly labels: Labels;
  readonly bounds: Rect;
}

export const EMPTY: Arrangement = {
  boxes: [],
  links: [],
  byId: new Map(),
  labels: new Labels([], [], () => ''),
  bounds: { x: 0, y: 0, width: 1, height: 1 }
};

/** What the layout engine is asked: the model itself is no box. */
export function layoutGraphOf(
  { boxes, links }: Visible,
  open: ReadonlySet<string>,
  detail: DetailOf,
  direction: LayoutGraph['direction'] = 'down'
): LayoutGraph {
  const children = new Map<Box, LayoutNode[]>();
  const roots: LayoutNode[] = [];
  // Children follow their parents: from the end, each has its own by the time it is made.
  for (let at = boxes.length - 1; at > 0; at--) {
    const box = boxes[at]!;
    const node: LayoutNode = isOpen(box, open)
      ? {
          id: box.id,
          width: headerWidth(box, detail(box)),
          height: SIZE.header,
          header: SIZE.header,
          children: (children.get(box) ?? []).reverse()
        }
      : { id: box.id, ...sizeOf(box, detail(box)) };
    const { parent } = box;
    if (!parent?.parent) {
      roots.push(node);
    } else {
      const siblings = children.get(parent);
      if (siblings) {
        siblings.push(node);
      } else {
        children.set(parent, [node]);
      }
    }
  }
  return {
    nodes: roots.reverse(),
    edges: links.map(({ id, source, target }) => ({ id, source: source.id, target: target.id })),
    direction
  };
}

/** The engine's answer, with what it is about. `words` are what is written beside a line. */
export function arrange(
  { boxes, links }: Visible,
  open: ReadonlySet<string>,
  laid: Laid,
  words: (link: Link) => string
): Arrangement {
  const seen = boxes.filter(box => laid.nodes.has(box.id));
  const ends = endsOf(seen);
  const placed = seen.map((box, at) => ({
    box,
    rect: laid.nodes.get(box.id)!,
    open: isOpen(box, open),
    end: ends[at]!
  }));
  const lines = links.flatMap(link => {
    const points = laid.edges.get(link.id);
    return points && points.length > 1 ? [{ link, points, bounds: boundsOf(points) }] : [];
  });
  return {
    boxes: placed,
    links: lines,
    byId: new Map(placed.map(each => [each.box.id, each])),
    labels: new Labels(placed, lines, words),
    bounds: { x: 0, y: 0, width: Math.max(1, laid.width), height: Math.max(1, laid.height) }
  };
}

/** Behind each box the place of the next that is not inside it. */
function endsOf(boxes: readonly Box[]): number[] {
  const ends = boxes.map((_, at) => at + 1);
  const places = new Map(boxes.map((box, at) => [box, at]));
  for (let at = boxes.length - 1; at >= 0; at--) {
    const { parent } = boxes[at]!;
    const above = parent ? places.get(parent) : undefined;
    if (above !== undefined) {
      ends[above] = Math.max(ends[above]!, ends[at]!);
    }
  }
  return ends;
}

export function boundsOf(points: readonly Point[]): Rect {
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  return { x, y, width: Math.max(...xs) - x, height: Math.max(...ys) - y };
}

const holds = ({ x, y, width, height }: Rect, px: number, py: number): boolean =>
  px >= x && py >= y && px <= x + width && py <= y + height;

/** The innermost box at a point of the graph. */
export function boxAt({ boxes }: Arrangement, x: number, y: number): PlacedBox | null {
  let found: PlacedBox | null = null;
  for (let at = 0; at < boxes.length;) {
    const placed = boxes[at]!;
    if (holds(placed.rect, x, y)) {
      found = placed; // what is inside comes later
      at++;
    } else {
      at = placed.end;
    }
  }
  return found;
}
