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
    if (context === undefined) {
      context = document.createElement('canvas').getContext('2d');
    }
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

/** What a module says beneath its name, and at the end of an open one's title: `BertLayer · 7.09 M`. */
export interface Detail {
  readonly what: string;
  /** The number that its colour tells; never cut. */
  readonly amount: string;
}

export type DetailOf = (box: Box) => Detail;

export const SEPARATOR = ' · ';

/** As much of it as there is room for: the number stays whole, and stands alone before half of a name would. */
export function detailIn({ what, amount }: Detail, room: number): string {
  const whole = [what, amount].filter(Boolean).join(SEPARATOR);
  if (!amount || textWidth(whole, FONT.small) <= room) {
    return fitted(whole, room, FONT.small);
  }
  const left = room - textWidth(SEPARATOR + amount, FONT.small);
  return left > LEAST_NAME ? fitted(what, left, FONT.small) + SEPARATOR + amount : amount;
}

/** In less room than this a name says nothing. */
const LEAST_NAME = 48;

const widthOf = (detail: Detail): number =>
  textWidth([detail.what, detail.amount].filter(Boolean).join(SEPARATOR), FONT.small);

/** How large a box is that is not open. */
export function sizeOf(box: Box, detail: Detail): { readonly width: number; readonly height: number } {
  const module = isModule(box);
  const title = textWidth(titleOf(box), FONT.label, module ? 600 : 400);
  const text = module ? SIZE.text + Math.max(title, widthOf(detail)) : SIZE.padding + title;
  return {
    width: Math.ceil(Math.min(SIZE.most, Math.max(SIZE.least, text + SIZE.padding))),
    height: module ? SIZE.module : SIZE.operation
  };
}

/** What is written on a box: `BertLayer × 12`, `attention`, `layer.3`, `add`. */
export function titleOf({ run, node, label, kind }: Box): string {
  if (run) {
    return `${run.kind || label} × ${run.count}`;
  }
  const { role, path } = node!;
  if (role === 'operation') {
    // Its name is its kind and a number that tells it from the next.
    return kind;
  }
  // A number alone says nothing: its list's name stands before it.
  return role === 'module' && /^\d+(@\d+)?$/.test(label) ? path.split('.').slice(-2).join('.') : label;
}

/** The room that an open box's title takes, with what stands at its end. */
export const headerWidth = (box: Box, detail: Detail): number =>
  Math.min(SIZE.most, SIZE.text + textWidth(titleOf(box), FONT.label, 600) + 2 * SIZE.padding + widthOf(detail));
