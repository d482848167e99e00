import { isModule } from './boxes';
import type { Box } from './boxes';

export type Weight = 400 | 600;

/** Sizes of text, in CSS pixels at a zoom of one. */
export const FONT = { label: 12, small: 11 } as const;

/** Sizes in CSS pixels at a zoom of one. */
export const SIZE = {
  /** A module's title and what stands beneath it. */
  module: 42,
  /** An operation, an input, an output: one line. */
  operation: 24,
  /** Of an open box, above what is inside. */
  header: 28,
  /** Where the triangle that opens and closes stands, and ends. */
  handle: 20,
  /** The mark of a module's sort. */
  chip: 15,
  /** Where a module's text begins, and what is left free at its end. */
  text: 40,
  padding: 10,
  least: 56,
  most: 300
} as const;

export const FAMILY = 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif';

export const fontOf = (size: number, weight: Weight = 400): string => `${weight} ${size}px ${FAMILY}`;

/** What is remembered of texts: a model has so many different ones at most in sight. */
const MOST_TEXTS = 20_000;

let context: CanvasRenderingContext2D | null | undefined;
const widths = new Map<string, number>();
const cuts = new Map<string, string>();

function remembered<Value>(known: Map<string, Value>, key: string, make: () => Value): Value {
  let value = known.get(key);
  if (value === undefined) {
    value = make();
    if (known.size >= MOST_TEXTS) {
      known.clear();
    }
    known.set(key, value);
  }
  return value;
}

/** The width of a text. Where there is no canvas (a test without a browser) an average letter's. */
export function textWidth(text: string, size: number, weight: Weight = 400): number {
  return remembered(widths, `${weight} ${size} ${text}`, () => {
    context ??= document.createElement('canvas').getContext('2d');
    if (!context) {
      return text.length * size * 0.6;
    }
    context.font = fontOf(size, weight);
    return context.measureText(text).width;
  });
}

/** A text cut in the middle, where it is wider than its room. */
export function fitted(text: string, room: number, size: number, weight: Weight = 400): string {
  if (textWidth(text, size, weight) <= room) {
    return text;
  }
  return remembered(cuts, `${Math.round(room)} ${weight} ${size} ${text}`, () => {
    let least = 1;
    let most = text.length - 1;
    while (least < most) {
      const middle = Math.ceil((least + most) / 2);
      if (textWidth(cut(text, middle), size, weight) <= room) {
        least = middle;
      } else {
        most = middle - 1;
      }
    }
    return cut(text, least);
  });
}

const cut = (text: string, keep: number): string =>
  `${text.slice(0, Math.ceil(keep / 2))}…${text.slice(text.length - Math.floor(keep / 2))}`;

/** What a closed module says beneath its name. */
export type Detail = (box: Box) => string;

/** How large a box is that is not open. */
export function sizeOf(box: Box, detail: string): { readonly width: number; readonly height: number } {
  const module = isModule(box);
  const title = textWidth(titleOf(box), FONT.label, module ? 600 : 400);
  const text = module ? SIZE.text + Math.max(title, textWidth(detail, FONT.small)) : SIZE.padding + title;
  return {
    width: Math.ceil(Math.min(SIZE.most, Math.max(SIZE.least, text + SIZE.padding))),
    height: module ? SIZE.module : SIZE.operation
  };
}

/** What is written on a box: `BertLayer × 12`, `attention`, `add`. */
export function titleOf({ run, node, label, kind }: Box): string {
  if (run) {
    return `${run.kind || label} × ${run.count}`;
  }
  // An operation's name is its kind and a number that tells it from the next.
  return node!.role === 'operation' ? kind : label;
}

/** The room that an open box's title takes, with what stands at its end. */
export const headerWidth = (box: Box, detail: string): number =>
  Math.min(
    SIZE.most,
    SIZE.text + textWidth(titleOf(box), FONT.label, 600) + 2 * SIZE.padding + textWidth(detail, FONT.small)
  );
