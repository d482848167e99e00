import type { CountScale } from './histogram';
import type { Scale } from './scale';

/** How many values lie from `low` to `high`. */
export interface Bin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
}

/** A count as a part of a height: on the log scale a count of 1 is still seen. */
export function heightOf(count: number, most: number, counts: CountScale): number {
  if (!(most > 0) || !(count > 0)) {
    return 0;
  }
  return counts === 'log' ? (Math.log10(count) - LOG_FOOT) / (Math.log10(most) - LOG_FOOT) : count / most;
}

/** Where a log scale of counts begins: half a value, so that one has a height. */
const LOG_FOOT = Math.log10(0.5);

const round = (pixel: number): string => pixel.toFixed(2);

/** The bins as bars on a floor. A bin that is too thin to see is a pixel wide. */
export function barPath(bins: readonly Bin[], x: Scale, y: (count: number) => number, floor: number): string {
  return bins
    .map(bin => {
      if (!bin.count) {
        return '';
      }
      const [left, right] = barEnds(bin, x);
      return `M${round(left)},${floor}V${round(y(bin.count))}H${round(right)}V${floor}Z`;
    })
    .join('');
}

/** How wide a single value is drawn. */
const SINGLE = 5;

export function barEnds({ low, high }: Bin, x: Scale): readonly [left: number, right: number] {
  const [left, right] = [x.at(low), x.at(high)];
  const spare = Math.max(0, (high > low ? 1 : SINGLE) - (right - left)) / 2;
  return [left - spare, right + spare];
}

/** One upright line a value. */
export function stemPath(bins: readonly Bin[], x: Scale, y: (count: number) => number, floor: number): string {
  return bins.map(({ low, count }) => (count ? `M${round(x.at(low))},${floor}V${round(y(count))}` : '')).join('');
}

/** The outline of a histogram: steps from the floor to the floor. */
export function outlinePath(bins: readonly Bin[], x: Scale, y: (bin: Bin) => number, floor: number): string {
  const steps = bins.map((bin, i) => {
    const top = round(y(bin));
    return `${i ? `V${top}` : `M${round(x.at(bin.low))},${floor}V${top}`}H${round(x.at(bin.high))}`;
  });
  return bins.length ? `${steps.join('')}V${floor}` : '';
}

/** The bin under a pixel, or the nearest within `reach` pixels. */
export function binAt(bins: readonly Bin[], x: Scale, pixel: number, reach: number): number | null {
  let best: number | null = null;
  let nearest = reach;
  bins.forEach((bin, i) => {
    const [left, right] = barEnds(bin, x);
    const distance = Math.max(left - pixel, pixel - right, 0);
    if (distance < nearest || (distance === 0 && nearest === 0 && pixel >= x.at(bin.low))) {
      best = i;
      nearest = distance;
    }
  });
  return best;
}
