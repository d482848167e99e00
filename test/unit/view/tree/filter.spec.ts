import { filterHelp, find, parseFilter, rangesIn } from '../../../../src/view/tree/filter';
import { itemsOf } from '../../../../src/view/tree/items';
import { bert, efficientNet, hostile, many } from '../../../harness/structures';

const found = (query: string, structure = bert()): string[] =>
  [...find(itemsOf(structure), parseFilter(query)!).matches].map(({ path }) => path);

describe('parseFilter', () => {
  it('is nothing where nothing is searched for', () => {
    expect(parseFilter('')).toBeNull();
    expect(parseFilter('  \t ')).toBeNull();
  });

  it.each([
    ['params>1M', 1_000_001, 1_000_000],
    ['params>=1M', 1_000_000, 999_999],
    ['params<2k', 1_999, 2_000],
    ['params<=1.5k', 1_500, 1_501],
    ['params=384', 384, 385],
    ['param:384', 384, 383],
    ['PARAMS>1G', 1e9 + 1, 1e9],
    ['params>1,000', 1_001, 1_000]
  ])('reads %s', (query, yes, no) => {
    const [test] = parseFilter(query)!.sizes;
    expect([test!(yes), test!(no)]).toEqual([true, false]);
  });

  it.each(['params>', 'params>many', 'params<>3', 'shape:wide', 'shape:', 'kind:', 'params>1M3'])(
    'says what would be right for %s',
    query => {
      expect(parseFilter(query)?.problem).toMatch(/^Write /);
    }
  );

  it('takes every term of its own help, which says what has values', () => {
    const help = filterHelp('of a parameter');
    const terms = help.match(/\b(?:kind|shape|dtype):[^ ,;.]+|\b(?:params|bytes|values)>\d\w*/g)!;
    expect(terms.map(term => term.split(/\W/)[0])).toEqual(
      'kind params bytes values shape shape shape dtype'.split(' ')
    );
    expect(terms.map(term => parseFilter(term)!.problem)).toEqual(terms.map(() => null));
    expect(help).toContain('of a parameter');
  });

  it('takes a field it does not know for text', () => {
    expect(parseFilter('std::vector paramsx')).toMatchObject({
      text: ['std::vector', 'paramsx'],
      problem: null
    });
  });
});

describe('find', () => {
  it('finds a part of a name, also inside folds', () => {
    expect(found('query')).toEqual(Array.from({ length: 6 }, (_, i) => `encoder.layer.${i}.attention.self.query`));
  });

  it('finds a part of a path at the module it names, not at all that is inside it', () => {
    expect(found('encoder')).toEqual(['encoder']);
    expect(found('layer.3.attention')).toEqual(['encoder.layer.3.attention']);
    expect(found('layer.3 query')).toEqual(['encoder.layer.3.attention.self.query']);
  });

  it('finds a kind, in any case', () => {
    expect(found('kind:linear')).toHaveLength(37);
    expect(found('bertpooler')).toEqual(['pooler']);
    expect(found('kind:Linear pooler')).toEqual(['pooler.dense']);
    expect(found('kind:buffer')).toEqual(['embeddings.position_ids']);
  });

  it('finds by parameters', () => {
    expect(found('params>11M')).toEqual(['', 'embeddings', 'embeddings.word_embeddings']);
    expect(found('kind:Embedding params<1M')).toEqual([
      'embeddings.position_embeddings',
      'embeddings.token_type_embeddings'
    ]);
  });

  it('finds tensors by a size, by the whole shape, and by dtype', () => {
    expect(found('shape:30522')).toEqual(['embeddings.word_embeddings']);
    expect(found('shape:1536×384')).toHaveLength(6);
    expect(found('shape:384x1536')).toHaveLength(6);
    expect(found('shape:*×*×5×5', efficientNet()).every(path => path.includes('depthwise'))).toBe(true);
    expect(found('dtype:int64')).toEqual(['embeddings.position_ids']);
    expect(found('dtype:float16', hostile())).toEqual(['five']);
    expect(found('kind:LayerNorm shape:384 pooler')).toEqual([]);
  });

  it('opens what is on the way', () => {
    const items = itemsOf(bert());
    const { above } = find(items, parseFilter('shape:30522')!);
    expect([...above].map(({ path }) => path).sort()).toEqual(['', 'embeddings']);
  });

  it('looks through ten thousand modules', () => {
    const { matches } = find(itemsOf(many()), parseFilter('kind:Linear')!);
    expect(matches.size).toBeGreaterThan(1000);
  });
});

describe('rangesIn', () => {
  it('marks what was found in the name, and only that', () => {
    expect(rangesIn('query', 'self.query', ['uer'])).toEqual([[1, 4]]);
    expect(rangesIn('query', 'self.query', ['self.que'])).toEqual([[0, 3]]);
    expect(rangesIn('Attention', 'Attention', ['t'])).toEqual([
      [1, 3],
      [5, 6]
    ]);
    expect(rangesIn('query', 'self.query', ['self'])).toEqual([]);
    expect(rangesIn('İx', 'İx', ['x'])).toEqual([]);
  });
});
