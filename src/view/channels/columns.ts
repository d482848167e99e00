import { formatCount, formatStatistic } from '../../tensor/format';
import type { Channels } from '../../wire/protocol';

type Ends = readonly [number | null, number | null];

export interface Column {
  /** As the kernel calls it. */
  readonly name: string;
  /** Its place in a row of the answer. */
  readonly at: number;
  readonly label: string;
  readonly ends: Ends;
}

/** In the order in which they are read. What the kernel adds to these comes last. */
const LABELS: Readonly<Record<string, string>> = {
  index: 'index',
  l2: 'L2 norm',
  l1: 'L1 norm',
  mean: 'mean',
  std: 'std',
  min: 'min',
  max: 'max',
  zero: 'zero',
  near_zero: 'near zero',
  nan: 'NaN',
  posinf: '+Inf',
  neginf: '−Inf',
  count: 'values'
};

const COUNTS = new Set(['index', 'count', 'zero', 'near_zero', 'nan', 'posinf', 'neginf']);
/** Left out where all rows say the same: nothing is missing, or each has as many values. */
const WHERE_IT_DIFFERS = new Set(['count', 'zero', 'near_zero', 'nan', 'posinf', 'neginf']);

/** The columns that say something of this tensor. */
export function columnsOf({ columns, ends }: Pick<Channels, 'columns' | 'ends'>): Column[] {
  const order = Object.keys(LABELS);
  const rank = (name: string): number => (order.includes(name) ? order.indexOf(name) : order.length);
  return columns
    .map((name, at) => ({ name, at, label: LABELS[name] ?? name, ends: ends[name] ?? ([null, null] as const) }))
    .filter(
      ({ name, ends: [least, most] }) =>
        !WHERE_IT_DIFFERS.has(name) || least !== most || (name !== 'count' && least! > 0)
    )
    .sort((a, b) => rank(a.name) - rank(b.name));
}

export const wordsOf = ({ name }: Column, value: number | null, digits = 4): string =>
  value !== null && COUNTS.has(name) ? formatCount(value) : formatStatistic(value, digits);

/** Where a cell's bar begins and ends, in parts of the cell: from the left, from the right where all are negative, from the middle where a column has both signs. */
export function barOf({ name, ends: [least, most] }: Column, value: number | null): readonly [number, number] | null {
  if (value === null || least === null || most === null || name === 'index') {
    return null;
  }
  const reach = Math.max(Math.abs(least), Math.abs(most));
  if (!(reach > 0) || value === 0) {
    return null;
  }
  const part = value / reach;
  if (least >= 0) {
    return [0, part];
  }
  if (most <= 0) {
    return [1 + part, 1];
  }
  return part > 0 ? [0.5, 0.5 + part / 2] : [0.5 + part / 2, 0.5];
}
