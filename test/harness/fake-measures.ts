/** What the kernel measures of values (docs/protocol.md, 'Operations'), counted here in the plainest way. */
import type { ChannelsRequest, RidgelinesRequest } from '../../src/tensor/source';
import type { Channels, Distribution, Ridgelines, Spectrum } from '../../src/wire/protocol';

/** Values in C order. */
export interface Values {
  readonly values: readonly number[];
  readonly shape: readonly number[];
  readonly dims: readonly string[];
  readonly dtype: string;
}

const LEVELS = [0.001, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999];
const COLUMNS = 'index count mean std min max l1 l2 zero near_zero nan posinf neginf'.split(' ');
const NEAR = 1e-3;

const sum = (list: readonly number[]): number => list.reduce((a, b) => a + b, 0);
const least = (list: readonly number[]): number => list.reduce((a, b) => Math.min(a, b), Infinity);
const most = (list: readonly number[]): number => list.reduce((a, b) => Math.max(a, b), -Infinity);

function moments(values: readonly number[]) {
  const finite = values.filter(Number.isFinite);
  const mean = finite.length ? sum(finite) / finite.length : null;
  const std = mean === null ? null : Math.sqrt(sum(finite.map(v => (v - mean) ** 2)) / finite.length);
  return {
    finite,
    mean,
    std,
    min: finite.length ? least(finite) : null,
    max: finite.length ? most(finite) : null,
    nan: values.filter(Number.isNaN).length,
    posinf: values.filter(v => v === Infinity).length,
    neginf: values.filter(v => v === -Infinity).length,
    zero: finite.filter(v => v === 0).length,
    l1: sum(finite.map(Math.abs)),
    l2: Math.sqrt(sum(finite.map(v => v * v)))
  };
}

/** NumPy's convention: half-open, the last closed. */
function countIn(edges: readonly number[], values: readonly number[]): number[] {
  const counts = edges.slice(1).map(() => 0);
  for (const value of values) {
    let low = 0;
    let high = counts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (edges[middle]! <= value) {
        low = middle;
      } else {
        high = middle;
      }
    }
    if (value >= edges[0]! && value <= edges.at(-1)!) {
      counts[low]!++;
    }
  }
  return counts;
}

function linearEdges(low: number, high: number, bins = 128): number[] {
  return Array.from({ length: bins + 1 }, (_, i) => (i === bins ? high : low + ((high - low) * i) / bins));
}

function symlogEdges(finite: readonly number[], perDecade = 16): number[] | null {
  const reach = most(finite.map(Math.abs));
  if (!(reach > 0)) {
    return null;
  }
  const threshold = Math.max(reach * 1e-4, least(finite.filter(v => v !== 0).map(Math.abs)));
  const bins = Math.max(1, Math.ceil(Math.log10(reach / threshold) * perDecade - 1e-9));
  const side = Array.from({ length: bins + 1 }, (_, i) =>
    i === bins ? reach : threshold * (reach / threshold) ** (i / bins)
  );
  return [...side.map(v => -v).reverse(), ...side];
}

export function distributionOf({ values, shape, dtype }: Values): Distribution {
  const { finite, mean, std, min, max, l1, l2, ...counts } = moments(values);
  const sorted = Float64Array.from(finite).sort();
  const edges = symlogEdges(finite);
  const tally = new Map<number, number>();
  const few = /^(bool|u?int(8|16)|b?float(16|8.*))$/.test(dtype);
  for (const value of few ? sorted : []) {
    tally.set(value, (tally.get(value) ?? 0) + 1);
  }
  const threshold = std === null ? null : NEAR * std;
  const columns = shape.at(-1) ?? 1;
  const groups = (size: number): number =>
    columns % size
      ? 0
      : values.filter((_, i) => i % size === 0 && values.slice(i, i + size).every(v => v === 0)).length;
  return {
    ...counts,
    count: values.length,
    mean,
    std,
    min,
    max,
    near_zero: {
      threshold,
      count: finite.filter(v => Math.abs(v) < (threshold ?? 0) || v === 0).length
    },
    norms: { l1, l2, max: finite.length ? most(finite.map(Math.abs)) : null },
    quantiles: LEVELS.map(p => ({ p, value: sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] ?? null })),
    quantile_error: null,
    linear:
      min === null || max === null
        ? null
        : { low: min, high: max, counts: max > min ? countIn(linearEdges(min, max), finite) : [finite.length] },
    symlog: edges && { edges, counts: countIn(edges, finite) },
    exact: few && tally.size <= 4096 ? { values: [...tally.keys()], counts: [...tally.values()] } : null,
    sparsity:
      shape.length < 2
        ? null
        : {
            blocks: [
              { shape: [1, 4], empty: groups(4), total: Math.floor(values.length / 4) },
              { shape: [1, columns], empty: groups(columns), total: values.length / columns }
            ]
          }
  };
}

/** The values at each index of a dimension. */
function byIndex({ values, shape, dims }: Values, dim: string): number[][] {
  const axis = dims.indexOf(dim);
  const size = shape[axis]!;
  const inner = shape.slice(axis + 1).reduce((a, b) => a * b, 1);
  const lists: number[][] = Array.from({ length: size }, () => []);
  values.forEach((value, i) => lists[Math.floor(i / inner) % size]!.push(value));
  return lists;
}

export function ridgelinesOf(of: Values, { dim, indices, scale }: RidgelinesRequest): Ridgelines {
  const lists = byIndex(of, dim);
  const count = Math.min(64, lists.length);
  const chosen =
    indices ?? Array.from({ length: count }, (_, i) => Math.round((i * (lists.length - 1)) / (count - 1 || 1)));
  const finite = of.values.filter(Number.isFinite);
  const edges =
    (scale === 'symlog' ? symlogEdges(finite, 8) : null) ??
    (finite.length ? linearEdges(least(finite), most(finite), 64) : []);
  return {
    dim,
    size: lists.length,
    indices: chosen,
    edges,
    scale,
    counts: chosen.map(index => (edges.length ? countIn(edges, lists[index]!) : [])),
    medians: chosen.map(index => {
      const sorted = lists[index]!.filter(Number.isFinite).sort((a, b) => a - b);
      return sorted[Math.ceil(sorted.length / 2) - 1] ?? null;
    })
  };
}

export function channelsOf(of: Values, { dim, sort, descending, offset, count }: ChannelsRequest): Channels {
  const lists = byIndex(of, dim);
  const { std } = moments(of.values);
  const rows = lists.map((list, index) => {
    const { finite, ...m } = moments(list);
    const near = finite.filter(v => v === 0 || Math.abs(v) < NEAR * (std ?? 0)).length;
    return COLUMNS.map(name =>
      name === 'index'
        ? index
        : name === 'count'
          ? list.length
          : name === 'near_zero'
            ? near
            : m[name as keyof typeof m]
    );
  });
  const by = COLUMNS.indexOf(sort);
  const ends = COLUMNS.map((name, column) => {
    const numbers = rows.flatMap(row => row[column] ?? []);
    return [name, numbers.length ? ([least(numbers), most(numbers)] as const) : ([null, null] as const)] as const;
  });
  const sorted = [...rows].sort((a, b) => {
    const difference = (a[by] ?? -Infinity) - (b[by] ?? -Infinity);
    return (descending ? -difference : difference) || a[0]! - b[0]!;
  });
  return {
    dim,
    size: lists.length,
    columns: COLUMNS,
    rows: sorted.slice(offset, offset + count),
    ends: Object.fromEntries(ends)
  };
}

/** Singular values by one-sided Jacobi rotations. */
export function singularValues(rows: number, columns: number, values: readonly number[]): number[] {
  const tall = rows >= columns;
  const [m, n] = tall ? [rows, columns] : [columns, rows];
  const vectors = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: m }, (_, i) => (tall ? values[i * columns + j]! : values[j * columns + i]!))
  );
  const dot = (a: Float64Array, b: Float64Array): number => a.reduce((total, v, i) => total + v * b[i]!, 0);
  for (let sweep = 0, turned = true; turned && sweep < 30; sweep++) {
    turned = false;
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const [a, b] = [vectors[p]!, vectors[q]!];
        const [aa, bb, ab] = [dot(a, a), dot(b, b), dot(a, b)];
        if (Math.abs(ab) <= 1e-14 * Math.sqrt(aa * bb)) {
          continue;
        }
        turned = true;
        const zeta = (bb - aa) / (2 * ab);
        const t = Math.sign(zeta || 1) / (Math.abs(zeta) + Math.sqrt(1 + zeta * zeta));
        const c = 1 / Math.sqrt(1 + t * t);
        for (let i = 0; i < m; i++) {
          const [x, y] = [a[i]!, b[i]!];
          a[i] = c * x - c * t * y;
          b[i] = c * t * x + c * y;
        }
      }
    }
  }
  return vectors.map(v => Math.sqrt(dot(v, v))).sort((a, b) => b - a);
}

/** Continuous maximum likelihood at each candidate xmin, the one with the least Kolmogorov–Smirnov distance. */
function powerLaw(eigenvalues: readonly number[]): Spectrum['power_law'] {
  const sorted = eigenvalues.filter(v => v > 0).sort((a, b) => a - b);
  let best: { alpha: number; xmin: number; D: number; tail: number } | null = null;
  for (let start = 0; start < sorted.length - 2; start++) {
    const tail = sorted.slice(start);
    const xmin = tail[0]!;
    const alpha = 1 + tail.length / sum(tail.map(v => Math.log(v / xmin)));
    const D = most(tail.map((v, i) => Math.abs(1 - (v / xmin) ** (1 - alpha) - i / tail.length)));
    if (!best || D < best.D) {
      best = { alpha, xmin, D, tail: tail.length };
    }
  }
  return best ?? { why: 'There are too few eigenvalues to fit.' };
}

export function spectrumOf(rows: number, columns: number, values: readonly number[], flattened: string): Spectrum {
  const sigma = singularValues(rows, columns, values);
  const [first, nuclear] = [sigma[0] ?? 0, sum(sigma)];
  const squares = sigma.map(s => s * s);
  const rank = sigma.filter(s => s > first * Math.max(rows, columns) * 2 ** -52).length;
  const logs = squares.filter(v => v > 0).map(Math.log10);
  const edges = logs.length
    ? linearEdges(least(logs), most(logs), Math.min(64, Math.max(8, Math.round(logs.length / 4))))
    : [];
  return {
    rows,
    columns,
    values: sigma,
    ranks: sigma.map((_, i) => i + 1),
    frobenius: Math.sqrt(sum(squares)),
    spectral: first,
    nuclear,
    rank,
    stable_rank: sum(squares) / first ** 2,
    effective_rank: Math.exp(-sum(sigma.map(s => (s > 0 ? (s / nuclear) * Math.log(s / nuclear) : 0)))),
    power_law: powerLaw(squares),
    density: edges.length ? { edges, counts: countIn(edges, logs) } : null,
    flattened,
    note: null
  };
}
