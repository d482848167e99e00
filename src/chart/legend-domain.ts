import type { ColourScale } from '../tensor/colour';
import type { Statistics } from '../wire/protocol';

export type Range = readonly [low: number, high: number];

/** What of the data's tails is shown beyond the colours' ends, as a part of the robust range. */
const TAIL = 0.15;

/** The finite values' range; about 0 and as wide as the farther end where they are signed. */
export function dataRange(statistics: Statistics): Range {
  const min = Number(statistics.min ?? 0);
  const max = Number(statistics.max ?? 0);
  const reach = Math.max(Math.abs(min), Math.abs(max));
  return statistics.signed ? [-reach, reach] : [min, max];
}

/**
 * The values that the bar reaches over: the robust range with some of its tails, and always the colours' own ends. It
 * does not follow the handles inwards, so that a narrowed range is seen to be narrow and can be widened again.
 */
export function legendDomain(statistics: Statistics, scale: ColourScale): Range {
  const [min, max] = dataRange(statistics);
  const robust = statistics.robust ?? { low: min, high: max };
  const tail = TAIL * (robust.high - robust.low);
  let low = Math.min(Math.max(min, robust.low - tail), scale.low);
  let high = Math.max(Math.min(max, robust.high + tail), scale.high);
  if (!(high > low)) {
    // All values are one value: give it room, so that it stands in the middle.
    const room = Math.abs(low) || 1;
    low -= room;
    high += room;
  }
  return [low, high];
}

/** Moves one end. The other mirrors it about 0 where `mirrored`; it is never passed. */
export function moveEnd(range: Range, end: 'low' | 'high', value: number, mirrored: boolean): Range {
  if (mirrored) {
    const reach = Math.max(end === 'high' ? value : -value, 0);
    return [reach === 0 ? 0 : -reach, reach];
  }
  return end === 'low' ? [Math.min(value, range[1]), range[1]] : [range[0], Math.max(value, range[0])];
}

/** To the digits that a drag can mean: a thousandth of the bar. */
export function roundTo(value: number, width: number): number {
  if (!(width > 0)) {
    return value;
  }
  const places = Math.min(100, Math.max(0, 3 - Math.floor(Math.log10(width))));
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(width)) - 3);
  return places > 0 ? Number(value.toFixed(places)) : Math.round(value / unit) * unit;
}
