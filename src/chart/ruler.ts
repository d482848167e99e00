import { create, type Selection } from 'd3';

import { setAttribute } from '../dom/element';
import { isBinary, niceStep } from './steps';

export type RulerSide = 'top' | 'left';

export interface RulerState {
  /** The dimension's name; empty for none. */
  readonly label: string;
  /** The source indices, with fractions, at `pixels[0]` and `pixels[1]`: cell i reaches from i to i + 1. */
  readonly start: number;
  readonly end: number;
  /** Along the ruler, from its node's own left or top edge. */
  readonly pixels: readonly [from: number, to: number];
  /** How many indices the dimension has. */
  readonly size: number;
  /** Marked on the ruler: the index under the pointer. */
  readonly highlight?: number | null;
  /** The index that stands at a place, where they are in another order. */
  readonly indexAt?: ((place: number) => number) | undefined;
  /** What an index is called, where it has a better name than its number (a token). */
  readonly format?: (index: number) => string;
}

const FONT = 11;
/** Of a digit and of letters on average, as a part of the font's size: measuring text would force a layout in every frame. */
const DIGIT = 0.64;
const LETTER = 0.6;
const TICK = 4;
const NAME = 18;
const GAP = { top: 12, left: 9 };
/** Labels at the ends may stand out of the ruler by this much. */
const OVERHANG = 10;
const LONGEST = 16;
const MOST_NAMES = 2048;
/** Milliseconds without a change before the range is said. */
const SAY_AFTER = 200;

interface Mark {
  readonly text: string;
  readonly at: number;
  readonly width: number;
}

const widthOf = (text: string): number => {
  const digits = text.replace(/\D/g, '').length;
  return FONT * (digits * DIGIT + (text.length - digits) * LETTER);
};

const cut = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text);

const textOf = ({ format, indexAt }: RulerState, place: number): string =>
  cut(format?.(place) ?? String(indexAt?.(place) ?? place));

/** A dimension's name and its indices along a matrix. Updated in every frame of a pan: it reads no layout, and keeps its nodes. */
export class Ruler {
  readonly node: SVGSVGElement;

  /** The pixels that a ruler needs across: give them to the layout once for a tensor, so that a zoom moves nothing. */
  static thickness(side: RulerSide, size: number, longest = String(Math.max(0, size - 1))): number {
    return Math.ceil(side === 'top' ? NAME + FONT + TICK + 3 : NAME + widthOf(cut(longest)) + TICK + 6);
  }

  constructor(private readonly side: RulerSide) {
    const svg = create('svg:svg')
      .attr('class', `mv-ruler mv-ruler-${side}`)
      .attr('role', 'img') as unknown as Selection<SVGSVGElement, undefined, null, undefined>;
    this.ticks = svg.append('path').attr('class', 'mv-ruler-ticks');
    this.labels = svg.append('g').attr('class', 'mv-ruler-labels');
    this.name = svg.append('text').attr('class', 'mv-ruler-name').attr('text-anchor', 'middle');
    this.mark = svg.append('g').attr('class', 'mv-ruler-mark').attr('visibility', 'hidden');
    this.mark.append('rect').attr('rx', 3);
    this.mark.append('text');
    this.node = svg.node()!;
  }

  update(state: RulerState): void {
    const { label, size, pixels } = state;
    const across = Ruler.thickness(this.side, size, this.longest(state));
    if (across !== this.across) {
      this.across = across;
      this.node.style.setProperty(this.side === 'top' ? 'height' : 'width', `${across}px`);
    }
    const highlighted = this.highlight(state);
    const marks = marksOf(this.side, state, highlighted, this.longest(state));
    this.draw(marks);
    const [from, to] = pixels;
    const middle = (from + to) / 2;
    if (this.name.text() !== label) {
      this.name.text(label);
    }
    const name = this.name.node()!;
    const place = this.side === 'top' ? `translate(${middle},${FONT})` : `translate(${FONT},${middle})rotate(-90)`;
    setAttribute(name, 'transform', place);
    // A name wider than what it names would lie over its neighbours.
    setAttribute(name, 'visibility', to - from > widthOf(label) * 0.8 ? null : 'hidden');
    const first = Math.max(0, Math.floor(state.start));
    const last = Math.min(size, Math.ceil(state.end)) - 1;
    const said = size > 0 ? `${label}: ${state.indexAt ? 'places' : 'indices'} ${first} to ${last} of ${size}` : label;
    if (said !== this.said) {
      this.said = said;
      // Who hears it wants to know where the pan ended.
      clearTimeout(this.saying);
      this.saying = setTimeout(() => this.node.setAttribute('aria-label', this.said), SAY_AFTER);
    }
  }

  dispose(): void {
    clearTimeout(this.saying);
    this.node.remove();
  }

  /** The longest name of all indices, not of those in sight: a pan must not change which of them are drawn. */
  private longest({ format, size }: RulerState): string | undefined {
    if (format && (format !== this.format || this.longestName === undefined)) {
      this.format = format;
      this.longestName = '';
      // Names of more are taken to be as long as names get.
      for (let index = 0; index < Math.min(size, MOST_NAMES); index++) {
        const name = cut(format(index));
        this.longestName = name.length > this.longestName.length ? name : this.longestName;
      }
    }
    return format ? (size > MOST_NAMES ? 'M'.repeat(LONGEST) : this.longestName) : undefined;
  }

  private draw(marks: readonly Mark[]): void {
    const { side, across } = this;
    const edge = across - 0.5;
    const ticks = marks.map(({ at }) => {
      const crisp = Math.round(at - 0.5) + 0.5;
      return side === 'top' ? `M${crisp},${edge}v${-TICK}` : `M${edge},${crisp}h${-TICK}`;
    });
    setAttribute(this.ticks.node()!, 'd', ticks.join(''));
    const texts = this.labels.selectAll<SVGTextElement, Mark>('text').data(marks).join('text');
    const edgeOfText = across - TICK - 4;
    // Text that is set again is laid out again, though it be the same: a pan moves labels, and writes few.
    texts.each(function ({ text, at }) {
      if (this.textContent !== text) {
        this.textContent = text;
      }
      const place = side === 'top' ? `translate(${at},${edgeOfText})` : `translate(${edgeOfText},${at})`;
      setAttribute(this, 'transform', place);
    });
  }

  /** Draws the highlighted index; what lies under it is left out. */
  private highlight(state: RulerState): Mark | null {
    const { highlight, start, end, pixels, size } = state;
    const [from, to] = pixels;
    const index = highlight ?? -1;
    const at = from + ((index + 0.5 - start) / (end - start)) * (to - from);
    if (!(index >= 0 && index < size && at >= from && at <= to)) {
      setAttribute(this.mark.node()!, 'visibility', 'hidden');
      return null;
    }
    const text = textOf(state, index);
    const width = widthOf(text) + 8;
    const { across } = this;
    const label = this.mark.select<SVGTextElement>('text');
    const top = this.side === 'top';
    const x = top ? at - width / 2 : across - TICK - width;
    const y = top ? across - TICK - FONT - 5 : at - 8;
    const mark = this.mark.node()!;
    setAttribute(mark, 'visibility', null);
    setAttribute(mark, 'transform', `translate(${x},${y})`);
    if (label.text() !== text) {
      this.mark.select('rect').attr('width', width).attr('height', 16);
      label
        .text(text)
        .attr('x', width / 2)
        .attr('y', 12);
    }
    return { text, at, width };
  }

  private across = 0;
  private said = '';
  private saying: ReturnType<typeof setTimeout> | undefined;
  private format: RulerState['format'];
  private longestName: string | undefined;
  private readonly ticks: Selection<SVGPathElement, undefined, null, undefined>;
  private readonly labels: Selection<SVGGElement, undefined, null, undefined>;
  private readonly name: Selection<SVGTextElement, undefined, null, undefined>;
  private readonly mark: Selection<SVGGElement, undefined, null, undefined>;
}

/** The indices that are labelled: every nice step's, at the middle of its cell, those that would touch left out. */
export function marksOf(
  side: RulerSide,
  state: RulerState,
  highlighted: Mark | null = null,
  longestName?: string
): Mark[] {
  const { start, end, pixels, size, format } = state;
  const [from, to] = pixels;
  const cell = (to - from) / (end - start);
  if (!(cell > 0) || size === 0 || !Number.isFinite(cell)) {
    return [];
  }
  const last = Math.min(size, Math.ceil(end)) - 1;
  const longest = widthOf(longestName ?? String(last));
  const extent = side === 'top' ? longest + GAP.top : FONT + (format ? 3 : GAP.left);
  const step = niceStep(extent / cell, !format && isBinary(size));
  const marks: Mark[] = [];
  const first = Math.ceil(Math.max(0, start - 0.5) / step) * step;
  for (let index = first; index < Math.min(size, end + 0.5); index += step) {
    const text = textOf(state, index);
    const width = widthOf(text);
    const at = from + (index + 0.5 - start) * cell;
    const half = (side === 'top' ? width : FONT) / 2;
    const clear =
      !highlighted || Math.abs(at - highlighted.at) > half + (side === 'top' ? highlighted.width / 2 : 8) + 3;
    const inside = at >= from && at <= to && at - half >= from - OVERHANG && at + half <= to + OVERHANG;
    if (inside && clear) {
      marks.push({ text, at, width });
    }
  }
  return marks;
}
