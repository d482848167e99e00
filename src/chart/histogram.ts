import { create, type Selection } from 'd3';

import type { Histogram as Counts } from '../wire/protocol';

/** How a count becomes a length: `linear`, or `log` so that tails of a few values are seen beside millions. */
export type CountScale = 'linear' | 'log';

export interface HistogramState {
  readonly histogram: Counts | null;
  /** The values at the bottom and the top. */
  readonly domain: readonly [low: number, high: number];
  /** Bins outside are drawn fainter: they are outside the colours. */
  readonly range: readonly [low: number, high: number];
  readonly counts: CountScale;
}

const WIDTH = 100;
const HEIGHT = 1000;

/** Part of all values in one bin, from which on the other bins cannot be seen on a linear scale. */
const CROWDED = 0.2;

/** The scale that shows a histogram's shape: log where one bin (the zeros of a ReLU) towers over the others. */
export function countScaleFor(histogram: Counts | null): CountScale {
  const counts = histogram?.counts ?? [];
  const total = counts.reduce((sum, count) => sum + count, 0);
  const occupied = counts.filter(count => count > 0).length;
  return occupied > 2 && Math.max(...counts) > CROWDED * total ? 'log' : 'linear';
}

/**
 * The bins' lengths between 0 and 1. The longest of those in sight is 1. A count of 1 on the log scale is still to be seen,
 * hence the 1 + …; of the others' proportions linear is the honest one.
 */
export function lengths(counts: readonly number[], scale: CountScale): number[] {
  const length = (count: number): number => (scale === 'log' ? Math.log1p(count) : count);
  const most = counts.reduce((most, count) => Math.max(most, length(count)), 0);
  return counts.map(count => (most > 0 ? length(count) / most : 0));
}

/** A histogram lying on its side, low values at the foot, to stand beside a colour bar of the same domain. */
export class Histogram {
  readonly node: SVGSVGElement;

  constructor() {
    // Drawn in its own units and stretched by the browser: nothing has to be measured.
    const svg = create('svg:svg')
      .attr('class', 'mv-histogram')
      .attr('viewBox', `0 0 ${WIDTH} ${HEIGHT}`)
      .attr('preserveAspectRatio', 'none')
      .attr('aria-hidden', 'true') as unknown as Selection<SVGSVGElement, undefined, null, undefined>;
    this.outside = svg.append('path').attr('class', 'mv-histogram-outside');
    this.inside = svg.append('path').attr('class', 'mv-histogram-inside');
    this.node = svg.node()!;
  }

  update({ histogram, domain, range, counts }: HistogramState): void {
    const [bottom, top] = domain;
    const y = (value: number): number => HEIGHT * (1 - (value - bottom) / (top - bottom));
    const bins = histogram && top > bottom ? binsIn(histogram, bottom, top) : [];
    const sizes = lengths(
      bins.map(bin => bin.count),
      counts
    );
    const path = (from: number, to: number): string =>
      bins
        .map(({ low, high }, index) => {
          const foot = Math.max(low, from);
          const head = Math.min(high, to);
          const length = (sizes[index]! * WIDTH).toFixed(2);
          return head > foot && sizes[index]! > 0 ? `M0,${y(foot).toFixed(2)}H${length}V${y(head).toFixed(2)}H0Z` : '';
        })
        .join('');
    this.inside.attr('d', path(range[0], range[1]));
    this.outside.attr('d', path(-Infinity, range[0]) + path(range[1], Infinity));
  }

  dispose(): void {
    this.node.remove();
  }

  private readonly inside: Selection<SVGPathElement, undefined, null, undefined>;
  private readonly outside: Selection<SVGPathElement, undefined, null, undefined>;
}

interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** The bins that a domain shows a part of. All of a constant tensor's values stand in one thin bin. */
function binsIn({ low, high, counts }: Counts, bottom: number, top: number): Bin[] {
  const thin = (top - bottom) / 128;
  if (!(high > low)) {
    const count = counts.reduce((sum, count) => sum + count, 0);
    return [{ low: low - thin / 2, high: low + thin / 2, count }];
  }
  const width = (high - low) / counts.length;
  return counts
    .map((count, index) => ({ low: low + index * width, high: low + (index + 1) * width, count }))
    .filter(bin => bin.high > bottom && bin.low < top);
}
