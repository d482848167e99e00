import type { Bin } from '../../chart/bars';
import type { Ends, ScaleKind } from '../../chart/scale';
import { formatStatistic } from '../../tensor/format';
import type { Distribution } from '../../wire/protocol';

/** The bins of a chart, and the scale on which they stand. */
export interface Binning {
  readonly kind: ScaleKind;
  readonly bins: readonly Bin[];
  readonly domain: Ends;
  /** Of a symmetric-logarithmic scale. */
  readonly threshold: number;
  /** Each stands for one value, and not for a range. */
  readonly exact: boolean;
  /** The first stands for all that is nearer to 0 than a logarithmic scale reaches. */
  readonly under: boolean;
}

/** How wide that bin is drawn, in decades. */
const UNDER = 0.25;

/** The histogram that the kernel counted, on a scale; null where no value is finite. */
export function binningOf(distribution: Distribution, wanted: ScaleKind, exact: boolean): Binning | null {
  const { linear, symlog } = distribution;
  const kind = symlog ? wanted : 'linear';
  if (!linear) {
    return null;
  }
  const threshold = symlog ? middleOf(symlog.edges) : 1;
  const base = { kind, threshold, exact, under: false };
  if (exact && distribution.exact) {
    const { values, counts } = distribution.exact;
    const stems = values.map((value, i) => ({ low: value, high: value, count: counts[i]! }));
    return kind === 'log' ? folded(stems, threshold, true) : { ...base, bins: stems, domain: endsOf(stems) };
  }
  if (kind === 'linear') {
    const { low, high, counts } = linear;
    const edge = (i: number): number => (i === counts.length ? high : low + ((high - low) * i) / counts.length);
    const bins =
      high > low
        ? counts.map((count, i) => ({ low: edge(i), high: edge(i + 1), count }))
        : [{ low, high: low, count: counts.reduce((sum, count) => sum + count, 0) }];
    return { ...base, exact: false, bins, domain: [low, high] };
  }
  const { edges, counts } = symlog!;
  const bins = counts.map((count, i) => ({ low: edges[i]!, high: edges[i + 1]!, count }));
  if (kind === 'log') {
    return folded(bins, threshold, false);
  }
  const shown = trimmed(bins);
  return { ...base, exact: false, bins: shown, domain: endsOf(shown) };
}

/** Where the middle bin of symmetric ones ends. */
export const middleOf = (edges: readonly number[]): number => edges[Math.floor(edges.length / 2)] ?? 1;

/** Without what is empty at either end. */
function trimmed(bins: readonly Bin[]): readonly Bin[] {
  const first = bins.findIndex(bin => bin.count > 0);
  const last = bins.reduce((last, bin, i) => (bin.count > 0 ? i : last), -1);
  return first < 0 ? bins : bins.slice(first, last + 1);
}

const endsOf = (bins: readonly Bin[]): Ends => [bins[0]?.low ?? 0, bins.at(-1)?.high ?? 0];

/** By magnitude: what lies on either side of 0 is added up, and what is nearer to it than the threshold stands apart. */
function folded(bins: readonly Bin[], threshold: number, exact: boolean): Binning {
  const sizes = new Map<number, { low: number; high: number; count: number }>();
  let under = 0;
  for (const { low, high, count } of bins) {
    const [near, far] = low < 0 ? [-high, -low] : [low, high];
    if (exact ? far === 0 : far <= threshold) {
      under += count;
      continue;
    }
    const size = sizes.get(far) ?? { low: near, high: far, count: 0 };
    size.count += count;
    sizes.set(far, size);
  }
  const beyond = trimmed([...sizes.values()].sort((a, b) => a.high - b.high));
  const foot = exact ? (beyond[0]?.low ?? threshold) / 10 ** UNDER : threshold;
  const last = beyond.at(-1)?.high ?? foot;
  const zero = { low: exact ? foot : foot / 10 ** UNDER, high: foot, count: under };
  return {
    kind: 'log',
    threshold,
    exact,
    under: under > 0,
    bins: under > 0 ? [zero, ...beyond] : beyond,
    domain: [under > 0 ? zero.low : (beyond[0]?.low ?? foot), last]
  };
}

/** Digits that tell a bin's ends apart. */
const DIGITS = 4;

/** What a bin holds, in words: `x in [0.012, 0.014)`, `|x| in [0.1, 0.2)`, `x = 0.5`. */
export function binWords({ bins, kind, exact, under }: Binning, at: number): string {
  const { low, high } = bins[at]!;
  const size = kind === 'log' ? '|x|' : 'x';
  if (under && at === 0) {
    return exact ? 'x = 0' : `|x| < ${formatStatistic(high, DIGITS)}`;
  }
  if (exact || low === high) {
    return `${size} = ${formatStatistic(low, 6)}`;
  }
  return `${size} in ${rangeWords(low, high, { first: at === 0, last: at === bins.length - 1, signed: kind === 'symlog' })}`;
}

/**
 * From where to where a bin reaches: a value on an edge is in the bin above it, on a symmetric scale in the one that is
 * farther from 0; those on the outermost edges are in the outermost bins.
 */
export function rangeWords(
  low: number,
  high: number,
  { first, last, signed }: { first: boolean; last: boolean; signed: boolean }
): string {
  const starts = first || !signed || low > 0 ? '[' : '(';
  const ends = last || (signed && high < 0) ? ']' : ')';
  return `${starts}${formatStatistic(low, DIGITS)}, ${formatStatistic(high, DIGITS)}${ends}`;
}
