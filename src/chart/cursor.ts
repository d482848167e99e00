import type { Layer, Plot } from './plot';
import { walk } from './walk';

/** What is said of a place of a chart: a line, and a note to it. */
export interface Words {
  readonly text: string;
  readonly note: string;
}

/** Shows what is pointed at, null where nothing is; who came there by the keyboard hears it. */
export function tell(show: (words: Words | null) => void, plot: Plot, words: Words | null, aloud: boolean): void {
  show(words);
  if (aloud && words) {
    plot.say([words.text, words.note].filter(Boolean).join(', '));
  }
}

export interface CursorOptions {
  readonly plot: () => Plot;
  /** How many things there are in a row. */
  readonly count: () => number;
  readonly wordsOf: (at: number) => Words;
  readonly show: (words: Words | null) => void;
  /** It stands elsewhere: draw it there. */
  readonly onMove: () => void;
}

/** Which of several things in a row is pointed at, by the pointer or by keys. */
export class Cursor {
  at: number | null = null;

  constructor(private readonly options: CursorOptions) {}

  go(to: number | null, aloud = false): void {
    if (to !== this.at) {
      this.at = to;
      this.options.onMove();
      this.tell(aloud);
    }
  }

  /** Says what is there now. */
  tell(aloud = false): void {
    const { at } = this;
    const { show, plot, count, wordsOf } = this.options;
    tell(show, plot(), at !== null && at < count() ? wordsOf(at) : null, aloud);
  }

  /** Returns whether the key was one that leads somewhere. */
  key(event: KeyboardEvent): boolean {
    const to = walk(event, this.at, this.options.count());
    if (to === undefined || (to === null && this.at === null)) {
      return false;
    }
    this.go(to, true);
    return true;
  }
}

/** The band behind what is pointed at; none for null. */
export function drawBand(
  layer: Layer,
  ends: readonly [left: number, right: number] | null,
  { top = 0, height }: { readonly top?: number; readonly height: number }
): void {
  layer
    .selectAll('rect.mv-chart-cursor')
    .data(ends ? [ends] : [])
    .join('rect')
    .attr('class', 'mv-chart-cursor')
    .attr('x', ([left, right]) => (left + right) / 2 - Math.max(LEAST, right - left) / 2)
    .attr('width', ([left, right]) => Math.max(LEAST, right - left))
    .attr('y', top)
    .attr('height', height);
}

/** However thin a bin is, its band is seen. */
const LEAST = 3;
