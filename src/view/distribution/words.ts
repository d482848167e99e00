import { anomalyGlyph } from '../../chart/glyph';
import { formatCount, formatPercent, formatStatistic, formatValue } from '../../tensor/format';
import type { Distribution, ZeroBlocks } from '../../wire/protocol';
import type { KeyEntry } from '../measure/key';
import type { NumberRow } from '../measure/numbers';

/** `p5`, `median`, `p99.9`. */
export const levelName = (p: number): string => (p === 0.5 ? 'median' : `p${Number((100 * p).toFixed(3))}`);

const ANOMALIES = [
  ['nan', 'NaN'],
  ['posinf', '+Inf'],
  ['neginf', '−Inf']
] as const;

/** What is not finite, with the glyph that it has in the matrix. */
export const anomalyKeys = (distribution: Distribution): KeyEntry[] =>
  ANOMALIES.flatMap(([kind, name]) =>
    distribution[kind] ? [{ mark: anomalyGlyph(kind), text: `${formatCount(distribution[kind])} ${name}` }] : []
  );

/** An end of the values: exact where it is an integer, of which the largest come as text. */
const extreme = (value: number | string | null): string =>
  typeof value === 'string' || Number.isSafeInteger(value) ? formatValue(value!, 'int64') : formatStatistic(value, 5);

/** The numbers of a distribution, in groups. */
export function numbersOf(distribution: Distribution): NumberRow[][] {
  const { count, nan, posinf, neginf, zero, near_zero, mean, std, min, max, norms, quantiles } = distribution;
  const { quantile_error: error, sparsity } = distribution;
  const finite = count - nan - posinf - neginf;
  const share = (part: number): string => formatPercent(part, count);
  const anomalies = ANOMALIES.flatMap(([kind, name]) =>
    distribution[kind] ? [{ name, value: formatCount(distribution[kind]), note: share(distribution[kind]) }] : []
  );
  return [
    [
      { name: 'values', value: formatCount(count) },
      ...(finite < count ? [{ name: 'finite', value: formatCount(finite), note: share(finite) }] : []),
      ...anomalies,
      { name: 'zero', value: formatCount(zero), note: share(zero) },
      ...(near_zero && near_zero.threshold !== null
        ? [
            {
              name: 'near zero',
              value: formatCount(near_zero.count),
              note: share(near_zero.count),
              tip: `|x| < ${formatStatistic(near_zero.threshold)}, zeros with them`
            }
          ]
        : [])
    ],
    [
      { name: 'mean', value: formatStatistic(mean, 5) },
      { name: 'std', value: formatStatistic(std, 5) },
      { name: 'min', value: extreme(min) },
      { name: 'max', value: extreme(max) }
    ],
    quantiles.map(({ p, value }) => ({
      name: levelName(p),
      value: formatStatistic(value, 5),
      ...(error === null ? {} : { tip: `Off by at most ${formatStatistic(error)}` })
    })),
    [
      { name: 'L1 norm', value: formatStatistic(norms.l1, 5), tip: 'The sum of the magnitudes' },
      { name: 'L2 norm', value: formatStatistic(norms.l2, 5), tip: 'The root of the sum of the squares' },
      { name: 'max |x|', value: formatStatistic(norms.max, 5), tip: 'The largest magnitude' }
    ],
    (sparsity?.blocks ?? []).map(block => ({
      name: blockName(block),
      value: formatCount(block.empty),
      note: block.total ? formatPercent(block.empty, block.total) : '—',
      tip: `${blockWords(block)}: ${formatCount(block.empty)} of ${formatCount(block.total)}`
    }))
  ];
}

/** `2:4`: so many zeros at least in each group of so many. */
const PATTERN = /^(\d+):(\d+)$/;

const blockName = ({ name = '', shape }: ZeroBlocks): string =>
  PATTERN.test(name) ? `${name} sparse` : `zero ${name || shape.join('×')}`;

function blockWords({ name = '', shape }: ZeroBlocks): string {
  const pattern = PATTERN.exec(name);
  return pattern
    ? `Groups of ${pattern[2]} values in a row of which ${pattern[1]} or more are 0`
    : `Groups of ${shape.join(' × ')} values that are all 0`;
}
