import { barOf, columnsOf, wordsOf } from '../../../../src/view/channels/columns';
import { csvOf } from '../../../../src/view/channels/csv';
import { PAGE, Pages } from '../../../../src/view/channels/pages';
import type { Channels } from '../../../../src/wire/protocol';

const settled = (): Promise<void> => new Promise(resolve => setTimeout(resolve));

const page = (offset: number, count: number, size: number): Channels => ({
  dim: 'out',
  size,
  columns: ['index'],
  rows: Array.from({ length: Math.max(0, Math.min(count, size - offset)) }, (_, i) => [offset + i]),
  ends: {}
});

describe('the pages of a long table', () => {
  const asked: { offset: number; signal: AbortSignal; answer: () => void }[] = [];
  let rows = 0;
  let errors: unknown[] = [];
  const SIZE = 128_000;

  const make = (size = SIZE): Pages =>
    new Pages(
      (offset, count, signal) =>
        new Promise(resolve => asked.push({ offset, signal, answer: () => resolve(page(offset, count, size)) })),
      size,
      () => rows++,
      error => errors.push(error)
    );

  beforeEach(() => {
    asked.length = 0;
    rows = 0;
    errors = [];
  });

  it('are asked for when they come into sight, once', async () => {
    const pages = make();
    pages.want(190, 420);
    pages.want(195, 425);
    expect(asked.map(({ offset }) => offset)).toEqual([0, PAGE, 2 * PAGE]);
    asked.forEach(({ answer }) => answer());
    await settled();
    expect(rows).toBe(3);
    expect(pages.row(425)).toEqual([425]);
    pages.want(0, 600);
    expect(asked).toHaveLength(3);
  });

  it('are not waited for once they are out of sight', async () => {
    const pages = make();
    pages.want(0, 30);
    pages.want(100_000, 100_030);
    expect(asked.map(({ signal }) => signal.aborted)).toEqual([true, false]);
    asked.forEach(({ answer }) => answer());
    await settled();
    expect(rows).toBe(1);
    expect(pages.row(100_010)).toEqual([100_010]);
  });

  it('end where the table does', () => {
    const pages = make(210);
    pages.want(150, 400);
    expect(asked.map(({ offset }) => offset)).toEqual([0, PAGE]);
    pages.want(210, 300);
    expect(asked).toHaveLength(2);
  });

  it('come all for a range that is chosen', async () => {
    const pages = make(450);
    pages.hold(0, page(0, PAGE, 450).rows);
    const range = pages.rows(198, 402, new AbortController().signal);
    for (const at of [0, 1]) {
      await settled();
      asked[at]!.answer();
    }
    expect((await range).map(([index]) => index)).toEqual(Array.from({ length: 204 }, (_, i) => 198 + i));
    expect(asked.map(({ offset }) => offset)).toEqual([PAGE, 2 * PAGE]);
  });

  it('tell of a failure, and are asked for again', async () => {
    let fail = true;
    const pages = new Pages(
      (offset, count) => (fail ? Promise.reject(new Error('gone')) : Promise.resolve(page(offset, count, 100))),
      100,
      () => rows++,
      error => errors.push(error)
    );
    pages.want(0, 20);
    await settled();
    expect(errors).toHaveLength(1);
    fail = false;
    pages.want(0, 20);
    await settled();
    expect(pages.row(99)).toEqual([99]);
  });
});

describe('the columns', () => {
  const answer = {
    columns: ['index', 'count', 'mean', 'l2', 'zero', 'nan', 'skew'],
    ends: { count: [64, 64], mean: [-2, 1], l2: [1, 4], zero: [0, 3], nan: [0, 0], skew: [0, 1] }
  } as const;

  it('are those that say something, in the order in which they are read', () => {
    expect(columnsOf(answer).map(({ name }) => name)).toEqual(['index', 'l2', 'mean', 'zero', 'skew']);
    expect(columnsOf({ ...answer, ends: { ...answer.ends, nan: [2, 2] } }).map(({ name }) => name)).toContain('nan');
  });

  it('have bars from the left, or from the middle where there are both signs', () => {
    const [index, l2, mean] = columnsOf(answer);
    expect(barOf(l2!, 2)).toEqual([0, 0.5]);
    expect(barOf(mean!, -2)).toEqual([0, 0.5]);
    expect(barOf(mean!, 1)).toEqual([0.5, 0.75]);
    expect(barOf({ ...mean!, ends: [-4, -1] }, -1)).toEqual([0.75, 1]);
    expect(barOf(mean!, null)).toBeNull();
    expect(barOf(index!, 3)).toBeNull();
  });

  it('write counts whole and statistics in few digits', () => {
    const [, l2, , zero] = columnsOf(answer);
    expect(wordsOf(zero!, 12345)).toBe('12\u202f345');
    expect(wordsOf(l2!, 3.14159265)).toBe('3.142');
    expect(wordsOf(l2!, null)).toBe('—');
  });

  it('are saved with all digits, under the name of their dimension', () => {
    const columns = columnsOf({ columns: ['index', 'l2'], ends: { l2: [1, 4] } });
    expect(
      csvOf(
        columns,
        [
          [7, 3.14159265],
          [8, null]
        ],
        'out'
      )
    ).toBe('out,l2\n7,3.14159265\n8,\n');
  });
});
