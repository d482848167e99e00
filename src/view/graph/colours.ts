import { colourOf, inkOn } from '../../tensor/colour';
import type { ColourTheme } from '../../tensor/colour';
import { sortOf } from '../tree/kinds';
import type { Sort } from '../tree/kinds';
import { isModule } from './boxes';
import type { Box } from './boxes';
import { reachOf } from './overlays';
import type { Overlay } from './overlays';

/** What is drawn with, read from the style sheet once for a theme. */
export interface Palette {
  readonly surface: string;
  /** Of every second frame, so that one can be told from the next inside it. */
  readonly raised: string;
  readonly ink: string;
  readonly quiet: string;
  readonly hairline: string;
  readonly outline: string;
  readonly accent: string;
  readonly onAccent: string;
  readonly soft: string;
  readonly theme: ColourTheme;
}

const NAMES = {
  surface: '--mv-surface',
  raised: '--mv-sunken',
  ink: '--mv-ink-1',
  quiet: '--mv-ink-3',
  hairline: '--mv-hairline',
  outline: '--mv-outline',
  accent: '--mv-accent',
  onAccent: '--mv-on-accent',
  soft: '--mv-accent-soft'
} as const;

/** Paul Tol's 'bright', as the tree's chips have them (style/tree.css). */
export const SORT_COLOURS: Readonly<Record<Sort, string>> = {
  attention: '#ee6677',
  container: '#bbbbbb',
  convolution: '#66ccee',
  embedding: '#aa3377',
  function: '#ccbb44',
  linear: '#4477aa',
  normalisation: '#228833',
  other: '#bbbbbb',
  recurrent: '#ee7733'
};

/** On which a letter is white. */
const DARK_SORTS: ReadonlySet<Sort> = new Set(['embedding', 'linear', 'normalisation']);

export const letterOn = (sort: Sort): string => (DARK_SORTS.has(sort) ? '#ffffff' : '#1a1c1f');

/** The colours of the theme that an element stands in, as a canvas and an SVG understand them. */
export function paletteOf(node: HTMLElement, theme: ColourTheme): Palette {
  const probe = document.createElement('span');
  probe.hidden = true;
  node.append(probe);
  const colours = Object.fromEntries(
    Object.entries(NAMES).map(([name, property]) => {
      probe.style.color = `var(${property})`;
      return [name, plain(getComputedStyle(probe).color)];
    })
  ) as Record<keyof typeof NAMES, string>;
  probe.remove();
  return { ...colours, theme };
}

/** A mixed colour is computed as `color(srgb 0.1 0.2 0.3 / 0.4)`, which not every reader of an SVG knows. */
function plain(colour: string): string {
  const found = /^color\(srgb ([\d.e-]+) ([\d.e-]+) ([\d.e-]+)(?: \/ ([\d.e-]+))?\)$/.exec(colour);
  if (!found) {
    return colour;
  }
  const [red, green, blue] = found.slice(1, 4).map(part => Math.round(Number(part) * 255));
  return `rgba(${red}, ${green}, ${blue}, ${found[4] ?? '1'})`;
}

/** The sort of layer that a box is; null for operations. */
export function sortOfBox(box: Box): Sort | null {
  if (!isModule(box)) {
    return null;
  }
  const example = box.run ? box.children[0]! : box;
  return sortOf(example.kind, example.children.some(isModule));
}

/** How boxes are coloured: by the sort of layer, or by a statistic, from nothing to the largest of what is compared. */
export type Colouring =
  { readonly by: 'kind' } | { readonly by: 'overlay'; readonly overlay: Overlay; readonly reach: number };

export const BY_KIND: Colouring = { by: 'kind' };

export const colouringBy = (overlay: Overlay | null, boxes: Iterable<Box>): Colouring =>
  overlay ? { by: 'overlay', overlay, reach: reachOf(overlay, boxes) } : BY_KIND;

export interface Fill {
  readonly fill: string;
  readonly ink: string;
}

/** What a module is filled with, and the ink that reads on it; null where its colour says nothing. */
export function fillOf(box: Box, colouring: Colouring, theme: ColourTheme): Fill | null {
  const value = colouring.by === 'overlay' && isModule(box) ? colouring.overlay.valueOf(box) : null;
  if (colouring.by === 'kind' || value === null) {
    return null;
  }
  const rgb = colourOf({ map: 'sequential', low: 0, high: colouring.reach || 1 }, theme, value);
  return { fill: `rgb(${rgb.join(', ')})`, ink: inkOn(rgb) === 'black' ? '#000000' : '#ffffff' };
}
