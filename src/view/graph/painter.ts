import type { Arrangement } from './arrangement';
import type { Box } from './boxes';
import { meets } from './camera';
import type { Rect } from './camera';
import type { Colouring, Palette } from './colours';
import type { DetailOf } from './measure';
import { drawClosed, drawFrame, drawTitle } from './paint-box';
import { drawLabel, drawLine } from './paint-link';
import type { Pen } from './pen';
import type { DrawnBox, DrawnLink, Moment } from './transition';
import type { Link } from './visible';

/** What decides how boxes and lines look, beside where they are. */
export interface Look {
  readonly palette: Palette;
  readonly detail: DetailOf;
  readonly colouring: Colouring;
  readonly selected: Box | null;
  /** Where the keyboard is, while it is on the stage. */
  readonly cursor: Box | null;
  readonly hovered: Box | null;
  /** What a trace or a search is about; all else is drawn faintly. Null: everything is. */
  readonly lit: Lit | null;
  /** How many of what was searched for a box is, or holds. */
  readonly matches: ReadonlyMap<Box, number>;
}

export interface Lit {
  readonly boxes: ReadonlySet<Box>;
  readonly isLit: (link: Link) => boolean;
}

/** What a part is drawn with: under some zooms text would be too small to read, and is left out. */
export interface Brush extends Look {
  readonly pen: Pen;
  readonly zoom: number;
  readonly showsText: boolean;
  readonly showsDetail: boolean;
}

/** A text of 11 pixels may shrink a little before it is left out. */
const TEXT_FROM = 0.65;
const DETAIL_FROM = 0.72;
const FAINT = 0.25;

export function brushOf(pen: Pen, look: Look, zoom: number): Brush {
  return { ...look, pen, zoom, showsText: zoom >= TEXT_FROM, showsDetail: zoom >= DETAIL_FROM };
}

/** What of an arrangement meets a view. A frame that is out of sight is skipped with all that is inside. */
export function inSight({ boxes, links, labels }: Arrangement, view: Rect): Moment {
  const seen: DrawnBox[] = [];
  for (let at = 0; at < boxes.length;) {
    const placed = boxes[at]!;
    // The model itself has no rectangle of its own, and no box on screen.
    if (meets(placed.rect, view)) {
      seen.push({ ...placed, opacity: 1 });
      at++;
    } else {
      at = placed.end;
    }
  }
  const lines: DrawnLink[] = [];
  for (const line of links) {
    const label = labels.of(line.link);
    if (meets(line.bounds, view) || (label && meets(label.rect, view))) {
      lines.push({ link: line.link, points: line.points, label, opacity: 1 });
    }
  }
  return { boxes: seen, links: lines };
}

/** Frames from the outside in, the lines on them, titles and closed boxes, and what is written beside the lines. */
export function paint({ boxes, links }: Moment, brush: Brush): void {
  const { pen, lit } = brush;
  const opacityOf = ({ box, opacity }: DrawnBox): number => opacity * (lit === null || lit.boxes.has(box) ? 1 : FAINT);
  for (const drawn of boxes) {
    if (drawn.open) {
      pen.opacity = opacityOf(drawn);
      drawFrame(drawn, brush);
    }
  }
  for (const drawn of links) {
    pen.opacity = drawn.opacity * (lit === null || lit.isLit(drawn.link) ? 1 : FAINT);
    drawLine(drawn, brush);
  }
  for (const drawn of boxes) {
    pen.opacity = opacityOf(drawn);
    (drawn.open ? drawTitle : drawClosed)(drawn, brush);
  }
  if (brush.showsDetail) {
    for (const { link, label, opacity } of links) {
      if (label) {
        pen.opacity = opacity * (lit === null || lit.isLit(link) ? 1 : FAINT);
        drawLabel(label, brush);
      }
    }
  }
  pen.opacity = 1;
}
