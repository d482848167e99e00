import { SORTS } from '../tree/kinds';
import type { Sort } from '../tree/kinds';
import { isModule } from './boxes';
import type { Box } from './boxes';
import type { Rect } from './camera';
import { fillOf, letterOn, SORT_COLOURS, sortOfBox } from './colours';
import { detailIn, FONT, fitted, SIZE, textWidth, titleOf } from './measure';
import type { Brush } from './painter';
import type { DrawnBox } from './transition';

const RADIUS = 5;
/** More of the same behind a run. */
const BEHIND = [6, 3] as const;

/** An open module: a frame, and what is inside on it. */
export function drawFrame({ box, rect }: DrawnBox, brush: Brush): void {
  brush.pen.box(rect, { radius: RADIUS, fill: groundOf(box, brush) });
  outline(box, rect, RADIUS, brush, brush.palette.outline);
}

const groundOf = (box: Box, { palette }: Brush): string => (box.depth % 2 ? palette.raised : palette.surface);

/** The title of an open module, over the lines that lead into it. */
export function drawTitle({ box, rect }: DrawnBox, brush: Brush): void {
  const { pen, palette, showsText, showsDetail, colouring, detail } = brush;
  badge(box, rect, brush);
  if (!showsText) {
    return;
  }
  const y = rect.y + SIZE.header / 2;
  const ground = groundOf(box, brush);
  const clear = (x: number, width: number): void =>
    pen.box({ x: x - 3, y: y - 9, width: width + 6, height: 18 }, { radius: 0, fill: ground });
  const room = rect.width - SIZE.text - SIZE.padding;
  const title = fitted(titleOf(box), room, FONT.label, 600);
  const width = textWidth(title, FONT.label, 600);
  clear(rect.x + 8, SIZE.text - 8 + width);
  triangle(rect.x + 11, y, true, palette.quiet, brush);
  chip(box, rect.x + SIZE.handle, y, null, brush);
  pen.text(title, rect.x + SIZE.text, y, { size: FONT.label, colour: palette.ink, weight: 600 });
  const left = room - width - SIZE.padding;
  const words = detailIn(detail(box), left);
  if (showsDetail && left > 30 && words) {
    const fill = fillOf(box, colouring, palette.theme);
    const end = rect.x + rect.width - SIZE.padding;
    const begin = end - textWidth(words, FONT.small);
    const side = fill ? 9 : 0;
    clear(begin - side, end - begin + side);
    pen.text(words, end, y, { size: FONT.small, colour: palette.quiet, align: 'right' });
    if (fill) {
      pen.box({ x: begin - side - 4, y: y - side / 2, width: side, height: side }, { radius: 2, fill: fill.fill });
    }
  }
}

export function drawClosed({ box, rect }: DrawnBox, brush: Brush): void {
  if (isModule(box)) {
    drawModule(box, rect, brush);
  } else {
    drawOperation(box, rect, brush);
  }
  badge(box, rect, brush);
}

function drawModule(box: Box, rect: Rect, brush: Brush): void {
  const { pen, palette, colouring, detail, showsText, showsDetail } = brush;
  const coloured = fillOf(box, colouring, palette.theme);
  // Where there is no room for a chip the whole box has its colour.
  const far = !showsText && colouring.by === 'kind' ? SORT_COLOURS[sortOfBox(box)!] : palette.surface;
  const fill = coloured?.fill ?? far;
  if (box.run) {
    for (const shift of BEHIND) {
      const behind = { ...rect, x: rect.x + shift, y: rect.y + shift };
      pen.box(behind, { radius: RADIUS, fill: palette.surface, stroke: palette.outline });
    }
  }
  pen.box(rect, { radius: RADIUS, fill });
  outline(box, rect, RADIUS, brush, palette.outline);
  if (!showsText) {
    return;
  }
  const ink = coloured?.ink ?? palette.ink;
  const quiet = coloured?.ink ?? palette.quiet;
  const room = rect.width - SIZE.text - SIZE.padding;
  const below = detailIn(detail(box), room);
  const two = below !== '' && showsDetail;
  const y = rect.y + (two ? 14 : rect.height / 2);
  if (box.children.length) {
    triangle(rect.x + 11, y, false, quiet, brush);
  }
  chip(box, rect.x + SIZE.handle, y, coloured?.ink ?? null, brush);
  const title = fitted(titleOf(box), room, FONT.label, 600);
  pen.text(title, rect.x + SIZE.text, y, { size: FONT.label, colour: ink, weight: 600 });
  if (two) {
    pen.text(below, rect.x + SIZE.text, rect.y + 29, { size: FONT.small, colour: quiet });
  }
}

function drawOperation(box: Box, rect: Rect, brush: Brush): void {
  const { pen, palette, showsText } = brush;
  const { role } = box.node!;
  const isEnd = role === 'input' || role === 'output';
  const radius = role === 'operation' ? rect.height / 2 : 3;
  pen.box(rect, { radius, fill: palette.surface });
  if (isEnd) {
    pen.box(rect, { radius, fill: palette.soft });
  }
  outline(box, rect, radius, brush, isEnd ? palette.accent : palette.outline);
  if (showsText) {
    const words = fitted(titleOf(box), rect.width - SIZE.padding, FONT.label);
    const colour = role === 'constant' ? palette.quiet : palette.ink;
    pen.text(words, rect.x + rect.width / 2, rect.y + rect.height / 2 + 0.5, {
      size: FONT.label,
      colour,
      align: 'center'
    });
  }
}

/** Around a box: what is selected is in the accent's colour, where the keyboard is has a ring of its own. */
function outline(box: Box, rect: Rect, radius: number, brush: Brush, plain: string): void {
  const { pen, palette, selected, cursor, hovered, zoom } = brush;
  const hair = 1 / Math.min(1, zoom);
  const isSelected = box === selected;
  const stroke = isSelected ? palette.accent : box === hovered ? palette.ink : plain;
  pen.box(rect, { radius, stroke, width: (isSelected ? 2 : 1) * hair });
  if (box === cursor) {
    const out = 3.5 * hair;
    const ring = { x: rect.x - out, y: rect.y - out, width: rect.width + 2 * out, height: rect.height + 2 * out };
    pen.box(ring, { radius: radius + out, stroke: palette.accent, width: 2 * hair, dash: [5 * hair, 3 * hair] });
  }
}

/** How many of what is searched for a closed box holds; that it is one itself shows as a dot. */
function badge(box: Box, rect: Rect, { pen, palette, matches, zoom, showsText }: Brush): void {
  const count = matches.get(box);
  if (!count) {
    return;
  }
  const scale = showsText ? 1 : Math.min(3, 1 / zoom);
  const words = String(count);
  const height = 16 * scale;
  const width = Math.max(height, (textWidth(words, FONT.small, 600) + 9) * scale);
  const place = { x: rect.x + rect.width - width / 2, y: rect.y - height / 2, width, height };
  pen.box(place, { radius: height / 2, fill: palette.accent, stroke: palette.surface, width: 1.5 * scale });
  pen.text(words, place.x + width / 2, rect.y + 0.5, {
    size: FONT.small * scale,
    colour: palette.onAccent,
    weight: 600,
    align: 'center'
  });
}

/** The mark of a module's sort, as the tree has it: a colour and a letter, or three bars for a block. */
function chip(box: Box, x: number, y: number, ink: string | null, { pen, palette }: Brush): void {
  const sort = sortOfBox(box)!;
  const side = SIZE.chip;
  const place = { x, y: y - side / 2, width: side, height: side };
  const isBlock = sort === 'container' || sort === 'other';
  if (ink === null) {
    pen.box(place, { radius: 3, fill: isBlock ? palette.hairline : SORT_COLOURS[sort] });
  } else {
    pen.box(place, { radius: 3, stroke: ink });
  }
  const colour = ink ?? (isBlock ? palette.quiet : letterOn(sort));
  if (sort === 'container') {
    for (const shift of [-3.5, 0, 3.5]) {
      pen.box({ x: x + 3.5, y: y + shift - 0.75, width: side - 7, height: 1.5 }, { radius: 0, fill: colour });
    }
  } else {
    pen.text(letterOf(sort), x + side / 2, y + 0.5, { size: FONT.small, colour, weight: 600, align: 'center' });
  }
}

const letterOf = (sort: Sort): string => SORTS[sort].letter;

function triangle(x: number, y: number, open: boolean, colour: string, { pen }: Brush): void {
  const points = open
    ? ([
        [x - 4, y - 2.5],
        [x + 4, y - 2.5],
        [x, y + 3]
      ] as const)
    : ([
        [x - 2.5, y - 4],
        [x + 3, y],
        [x - 2.5, y + 4]
      ] as const);
  pen.shape(points, colour);
}
