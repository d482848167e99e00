import { formatCounted } from '../../tensor/format';
import type { Graph, GraphValue } from '../../wire/protocol';
import { isModule } from './boxes';
import type { Box } from './boxes';
import type { Colouring } from './colours';
import { titleOf } from './measure';
import type { Detail } from './measure';
import { amountOf, PARAMETERS } from './overlays';
import type { Link } from './visible';

/** `3 × 224 × 224`; the type's name of what is no tensor. */
export function shapeText([shape, dtype]: GraphValue): string {
  return shape ? shape.join(' × ') || 'scalar' : (dtype ?? '');
}

/** `3 × 224 × 224 float32` */
export const valueText = (value: GraphValue): string =>
  [shapeText(value), value[0] ? (value[1] ?? '') : ''].filter(Boolean).join(' ') || 'unknown';

const NOTHING: Detail = { what: '', amount: '' };

/** A module's kind, and the number that its colour tells. */
export function detailOf(box: Box, colouring: Colouring): Detail {
  if (!isModule(box)) {
    return NOTHING;
  }
  const overlay = colouring.by === 'overlay' ? colouring.overlay : PARAMETERS;
  const value = overlay.valueOf(box);
  // That a layer has no parameters needs no saying, but one that took no time does.
  const amount = value === null || (overlay === PARAMETERS && value === 0) ? '' : amountOf(overlay, value);
  return { what: box.run ? box.label : box.kind, amount };
}

/** What is written beside a line: the shape that flows, or how many different ones do. */
export function linkText(graph: Graph, { values }: Link): string {
  const texts = new Set([...values].map(index => shapeText(graph.values[index]!)).filter(Boolean));
  return texts.size > 1 ? `${texts.size} shapes` : ([...texts][0] ?? '');
}

/** A box, as it is read aloud. */
export function spoken(box: Box, open: boolean, matches: number): string {
  const kind = isModule(box) && !box.run ? box.kind : box.run ? 'repeated' : box.node!.role;
  const state = box.children.length ? (open ? 'open' : `closed, ${formatCounted(box.children.length, 'part')}`) : '';
  const found = matches ? formatCounted(matches, 'match', 'matches') : '';
  return [titleOf(box), kind, state, found].filter(Boolean).join(', ');
}

/** A box in the line beneath the inspector: its path, and what comes out of it. */
export function readoutOf(graph: Graph, box: Box): { readonly text: string; readonly note: string } {
  const out = box.node?.outputs.map(index => shapeText(graph.values[index]!)) ?? [];
  return {
    text: box.node?.path ?? box.label,
    note: [box.kind, [...new Set(out)].join(', ')].filter(Boolean).join(' → ')
  };
}
