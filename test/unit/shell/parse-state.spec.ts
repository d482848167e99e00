import { parseState } from '../../../src/shell/store';
import { DEFAULT_STATE } from '../../../src/wire/protocol';

describe('parseState', () => {
  it.each([[null], [undefined], [3], ['text'], [[]], [[1, 2]], [() => 1], [new Date(0)], [{}]])(
    'makes the default state of %p',
    value => {
      expect(parseState(value)).toEqual(DEFAULT_STATE);
    }
  );

  it('keeps a whole state as it is', () => {
    const state = {
      node: 'encoder.query',
      address: 'weight/encoder.query.weight',
      tab: 'values',
      slices: {
        'weight/a': { dims: { out: 'row', in: 'column', head: 'facet', step: 4 }, component: 'value' },
        'weight/b': { dims: { out: 'std' }, component: 'phase' }
      },
      region: { out: [3, 10], in: [0, 4] },
      highlights: ['weight/x'],
      channels: { out: [7, 3] },
      colour: {
        mode: 'fixed',
        low: -1,
        high: 2.5,
        percentile: 95,
        statistic: 'max',
        hidden: { side: 'under', threshold: 0.1 }
      },
      aspect: 'fill',
      bookmarks: [
        {
          name: 'the outlier',
          address: 'weight/a',
          selection: { dims: { out: 'row', in: 'column' }, component: 'value' },
          place: { facet: 0, row: 211.5, column: 87.5, zoom: 16 },
          colour: { ...DEFAULT_STATE.colour, mode: 'locked', low: 0, high: 2 },
          aspect: 'square'
        }
      ]
    };
    expect(parseState(JSON.parse(JSON.stringify(state)))).toEqual(state);
  });

  it('drops the bad parts and keeps the good ones', () => {
    const state = parseState({
      node: 7,
      address: 'weight/a',
      tab: { toString: () => 'values' },
      slices: {
        good: { dims: { a: 'row' }, component: 'value' },
        'no dims': { component: 'value' },
        'a use of no meaning': { dims: { a: 'sideways' }, component: 'value' },
        'a negative index': { dims: { a: -1 }, component: 'value' },
        'half an index': { dims: { a: 0.5 }, component: 'value' },
        'a component of no meaning': { dims: { a: 0 }, component: 'soul' },
        list: ['row']
      },
      region: { out: [3, 'ten'] },
      colour: { mode: 'rainbow', low: NaN, high: Infinity, statistic: 'median' },
      extra: 'ignored'
    });
    expect(state).toEqual({
      ...DEFAULT_STATE,
      address: 'weight/a',
      slices: { good: { dims: { a: 'row' }, component: 'value' } }
    });
  });

  it('takes a selection without a component for one of values', () => {
    const { slices } = parseState({ slices: { a: { dims: { x: 'column' } } } });
    expect(slices).toEqual({ a: { dims: { x: 'column' }, component: 'value' } });
  });

  it('reaches no prototype', () => {
    const state = parseState(
      JSON.parse(
        '{"__proto__": {"node": "x"}, "slices": {"__proto__": {"dims": {"a": 0}}, "constructor": {"dims": {"__proto__": 0}}}}'
      )
    );
    expect(({} as Record<string, unknown>).dims).toBeUndefined();
    expect(state).toEqual(DEFAULT_STATE);
    expect(Object.getPrototypeOf(state.slices)).toBe(Object.prototype);
  });

  it('drops a set of channels of several dimensions, or with what is no index', () => {
    for (const channels of [{ a: [1], b: [2] }, { a: [] }, { a: [1, -1] }, { a: [0.5] }, { a: 3 }, [1], {}]) {
      expect(parseState({ channels }).channels).toBeNull();
    }
  });

  it('drops a region that runs backwards, or has a side that is no range', () => {
    for (const region of [{ a: [4, 3] }, { a: [0, 1, 2] }, { a: [0, 1], b: null }, { a: [-1, 2] }, {}]) {
      expect(parseState({ region }).region).toBeNull();
    }
  });

  it('has no fixed colours without two ends in order', () => {
    const { colour } = parseState({ colour: { mode: 'fixed', low: 2, high: 1 } });
    expect(colour).toEqual(DEFAULT_STATE.colour);
  });

  it('has no locked colours without two ends, no percentile out of 0 to 100, and hides by no threshold under 0', () => {
    const of = (colour: object) => parseState({ colour }).colour;
    expect(of({ mode: 'locked', low: 1 })).toEqual(DEFAULT_STATE.colour);
    for (const percentile of [0, -1, 100.1, NaN, '99', null]) {
      expect(of({ mode: 'percentile', percentile })).toEqual({ ...DEFAULT_STATE.colour, mode: 'percentile' });
    }
    for (const hidden of [
      true,
      {},
      { side: 'left', threshold: 1 },
      { side: 'over', threshold: -1 },
      { side: 'over' }
    ]) {
      expect(of({ hidden }).hidden).toBeNull();
    }
  });

  it('keeps the bookmarks that name a place, each name once', () => {
    const selection = { dims: { a: 'column' }, component: 'value' };
    const good = { name: 'here', address: 'weight/a', selection };
    const { bookmarks } = parseState({
      bookmarks: [
        good,
        { ...good, address: 'weight/b' },
        { ...good, name: '' },
        { ...good, name: 'no address', address: 7 },
        { ...good, name: 'no selection', selection: 'all' },
        { ...good, name: 'no place', place: { facet: -1, row: 0, column: 0, zoom: 1 } },
        null
      ]
    });
    const kept = { ...good, place: null, colour: DEFAULT_STATE.colour, aspect: 'square' };
    expect(bookmarks).toEqual([kept, { ...kept, name: 'no place' }]);
    expect(parseState({ bookmarks: { here: good } }).bookmarks).toEqual([]);
  });

  it('takes no more than a view can want', () => {
    const slices = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`a${i}`, { dims: { x: 0 } }]));
    const state = parseState({ node: 'n'.repeat(1e6), slices });
    expect(state.node).toBeNull();
    expect(Object.keys(state.slices)).toHaveLength(4096);
  });
});
