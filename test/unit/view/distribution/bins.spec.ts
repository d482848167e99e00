import { alike, spread } from '../../../../src/view/distribution/alike';
import { binningOf, binWords } from '../../../../src/view/distribution/bins';
import { distributionOf } from '../../../harness/fake-measures';
import { normals } from '../../../harness/fake-source';
import { bert } from '../../../harness/structures';

const of = (values: readonly number[], dtype = 'float32') =>
  distributionOf({ values, shape: [values.length], dims: ['out'], dtype });

const total = (bins: readonly { readonly count: number }[]): number => bins.reduce((sum, bin) => sum + bin.count, 0);

const SIGNED = [...normals(5000), 0, 0, 0, 0.9, -1.4];

describe('the bins of a distribution', () => {
  it('hold every finite value on every scale', () => {
    const distribution = of([...SIGNED, NaN, Infinity]);
    for (const kind of ['linear', 'symlog', 'log'] as const) {
      const binning = binningOf(distribution, kind, false)!;
      expect(total(binning.bins)).toBe(SIGNED.length);
      binning.bins.slice(1).forEach((bin, i) => expect(bin.low).toBeCloseTo(binning.bins[i]!.high, 12));
    }
  });

  it('count each magnitude where its value is', () => {
    const binning = binningOf(of(SIGNED), 'log', false)!;
    const sizes = SIGNED.map(Math.abs);
    // The edges themselves belong to either neighbour: none of these values is one, but for the largest.
    binning.bins.slice(1, -1).forEach(({ low, high, count }) => {
      expect(count).toBe(sizes.filter(size => size > low && size <= high).length);
    });
    expect(binning.under).toBe(true);
    expect(binning.bins[0]!.count).toBe(sizes.filter(size => size <= binning.threshold).length);
  });

  it('are left out where they are empty at the ends of a symmetric scale', () => {
    const binning = binningOf(of([0, 0, 0.5, 1, 2]), 'symlog', false)!;
    expect(binning.domain[0]).toBeGreaterThan(-0.6);
    expect(binning.domain[1]).toBe(2);
    expect(binning.bins.at(-1)!.count).toBe(1);
  });

  it('are one for every value where there are few', () => {
    const distribution = of([3, 1, 1, -1, 0], 'int8');
    const linear = binningOf(distribution, 'linear', true)!;
    expect(linear.bins.map(({ low, count }) => [low, count])).toEqual([
      [-1, 1],
      [0, 1],
      [1, 2],
      [3, 1]
    ]);
    const log = binningOf(distribution, 'log', true)!;
    expect(log.bins.map(({ count }) => count)).toEqual([1, 3, 1]);
    expect([0, 1, 2].map(at => binWords(log, at))).toEqual(['x = 0', '|x| = 1', '|x| = 3']);
  });

  it('are one for a tensor of a single value, and none where no value is finite', () => {
    const constant = binningOf(of([2.5, 2.5]), 'linear', false)!;
    expect(constant.bins).toEqual([{ low: 2.5, high: 2.5, count: 2 }]);
    expect(binWords(constant, 0)).toBe('x = 2.5');
    expect(binningOf(of([0, 0]), 'symlog', false)!.bins).toEqual([{ low: 0, high: 0, count: 2 }]);
    expect(binningOf(of([NaN, Infinity]), 'linear', false)).toBeNull();
  });

  it('are told as half-open ranges, the last one closed', () => {
    const binning = binningOf(of(Array.from({ length: 129 }, (_, i) => i)), 'linear', false)!;
    expect(binWords(binning, 0)).toBe('x in [0, 1)');
    expect(binWords(binning, 127)).toBe('x in [127, 128]');
    expect(binning.bins[127]!.count).toBe(2);
  });

  it('hold what lies on their edges on the side that is farther from 0, where they are symmetric', () => {
    const binning = {
      kind: 'symlog',
      bins: [-10, -1, -0.1, 0.1, 1].map((low, i) => ({ low, high: [-1, -0.1, 0.1, 1, 10][i]!, count: 1 })),
      domain: [-10, 10],
      threshold: 0.1,
      exact: false,
      under: false
    } as const;
    expect(binning.bins.map((_, at) => binWords(binning, at).slice(5))).toEqual([
      '[−10, −1]',
      '(−1, −0.1]',
      '(−0.1, 0.1)',
      '[0.1, 1)',
      '[1, 10]'
    ]);
  });
});

describe('tensors of the same name', () => {
  const { tensors } = bert();
  const QUERY = 'attention.self.query.weight';

  it('are those of every layer', () => {
    const address = tensors.find(tensor => tensor.address.endsWith(QUERY))!.address;
    const found = alike(tensors, address);
    expect(found.length).toBeGreaterThan(1);
    expect(found.every(tensor => tensor.address.endsWith(QUERY))).toBe(true);
    expect(found.length).toBe(tensors.filter(tensor => tensor.address.endsWith(QUERY)).length);
  });

  it('are none where a name has no number between its dots', () => {
    expect(alike(tensors, 'weight/pooler.dense.weight')).toEqual([]);
    expect(alike(tensors, 'weight/conv2d.weight')).toEqual([]);
  });

  it('are spread evenly where they are too many, with the one that is looked at', () => {
    const layers = Array.from({ length: 48 }, (_, i) => i);
    const chosen = spread(layers, 8, 20);
    expect(chosen).toHaveLength(8);
    expect(chosen).toContain(20);
    expect([chosen[0], chosen.at(-1)]).toEqual([0, 47]);
    expect(new Set(chosen).size).toBe(8);
    expect(spread([1, 2], 8, 1)).toEqual([1, 2]);
  });
});
