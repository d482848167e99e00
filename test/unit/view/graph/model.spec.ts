import { GraphModel } from '../../../../src/view/graph/model';
import type { Box } from '../../../../src/view/graph/boxes';
import { above, contains, openAtFirst } from '../../../../src/view/graph/visible';
import { linkText, shapeText } from '../../../../src/view/graph/words';
import { encoder, graph } from './graphs';

const ids = (boxes: Iterable<Box>): string[] => [...boxes].map(({ id }) => id);
const links = (model: GraphModel): string[] => model.visible.links.map(({ id }) => id);

function model(blocks = 3): GraphModel {
  const made = new GraphModel(encoder(blocks));
  made.closeAll();
  return made;
}
const box = (of: GraphModel, id: string): Box => of.boxes.byId.get(id)!;

describe('what is open', () => {
  it('shows the model closed, joined by what flows between the closed boxes', () => {
    const closed = model();
    expect(ids(closed.visible.boxes)).toEqual(['', '/x', 'embed', 'encoder', 'head', '/y']);
    expect(links(closed)).toEqual(['/x → embed', 'embed → encoder', 'encoder → head', 'head → /y']);
  });

  it('opens a box in place: its lines now lead to what is inside', () => {
    const opened = model();
    expect(opened.toggle(box(opened, 'encoder'))).toBe(true);
    expect(ids(opened.visible.boxes)).toEqual(['', '/x', 'embed', 'encoder', 'encoder.layer', 'head', '/y']);
    expect(links(opened)).toContain('embed → encoder.layer');
    expect(opened.toggle(box(opened, 'encoder'), true)).toBe(false);
    expect(opened.toggle(box(opened, '/x'))).toBe(false);
    expect(opened.toggle(opened.boxes.root)).toBe(false);
  });

  it('opens one member of a run, and the others stay closed', () => {
    const run = model();
    run.reveal(box(run, 'encoder.layer.1.fc'));
    expect(ids(run.visible.boxes)).toEqual([
      '',
      '/x',
      'embed',
      'encoder',
      'encoder.layer',
      'encoder.layer.0',
      'encoder.layer.1',
      'encoder.layer.1.fc',
      'encoder.layer.1.act',
      'encoder.layer.1/add',
      'encoder.layer.2',
      'head',
      '/y'
    ]);
    expect(links(run)).toEqual(
      expect.arrayContaining(['encoder.layer.0 → encoder.layer.1.fc', 'encoder.layer.0 → encoder.layer.1/add'])
    );
  });

  it('draws many edges between two boxes as one line that knows them all', () => {
    const twice = new GraphModel(
      graph(
        ['', 'a: A', 'a/p', 'a/q', 'b: B', 'b/r'],
        [
          ['a/p', 'b/r', 0],
          ['a/q', 'b/r', 1],
          ['a/p', 'b/r', 0]
        ],
        [
          [[2], 'float32'],
          [[3], 'float32']
        ]
      )
    );
    const [link] = twice.visible.links;
    expect([link!.edges, [...link!.values]]).toEqual([
      [0, 1, 2],
      [0, 1]
    ]);
    expect(linkText(twice.graph, link!)).toBe('2 shapes');
  });

  it('opens and closes all beside a box at once', () => {
    const level = model();
    expect(level.toggleLevel(null, true)).toBe(3);
    expect(ids(level.visible.boxes)).toContain('embed/embedding');
    expect(level.toggleLevel(box(level, 'embed'), false)).toBe(3);
    expect(level.visible.boxes).toHaveLength(6);
  });

  it('opens at first what there is room for, and no run', () => {
    const { boxes } = new GraphModel(encoder(12));
    expect([...openAtFirst(boxes, 24)]).toEqual(['encoder']);
    const lines = ['', 'a: A', 'a.x: X 1', 'a.x/p', 'a.y: Y 2', 'a.y/p', 'b: B', 'b/q'];
    const small = new GraphModel(
      graph(lines, [
        ['a.x/p', 'a.y/p'],
        ['a.y/p', 'b/q']
      ])
    );
    expect([...openAtFirst(small.boxes, 2)]).toEqual([]);
    expect([...openAtFirst(small.boxes, 3)]).toEqual(['a']);
  });

  it('names the box that stands for one that is not seen', () => {
    const closed = model();
    const inner = box(closed, 'encoder.layer.1.fc/linear');
    expect(closed.shownFor(inner).id).toBe('encoder');
    closed.reveal(inner);
    expect(closed.shownFor(inner)).toBe(inner);
    expect(ids(above(inner))).toEqual(['encoder.layer.1.fc', 'encoder.layer.1', 'encoder.layer', 'encoder']);
    expect(contains(box(closed, 'encoder'), inner)).toBe(true);
    expect(contains(inner, box(closed, 'encoder'))).toBe(false);
  });
});

describe('a trace', () => {
  const lit = (of: GraphModel): string[] => ids(of.visible.boxes).filter(id => of.lit!.boxes.has(box(of, id)));

  it('lights up what a box comes from, and counts it', () => {
    const traced = model(2);
    traced.reveal(box(traced, 'encoder.layer.1.fc'));
    const { count } = traced.trace(box(traced, 'encoder.layer.1.fc'), 'upstream');
    // x, embedding, and the three operations of block 0.
    expect(count).toBe(5);
    expect(lit(traced)).toEqual([
      '',
      '/x',
      'embed',
      'encoder',
      'encoder.layer',
      'encoder.layer.0',
      'encoder.layer.1',
      'encoder.layer.1.fc'
    ]);
  });

  it('lights up what it goes to, and no line that passes it by', () => {
    const traced = model(2);
    traced.reveal(box(traced, 'encoder.layer.1.fc'));
    traced.trace(box(traced, 'encoder.layer.1.act'), 'both');
    const isLit = (id: string): boolean => traced.lit!.isLit(traced.visible.links.find(link => link.id === id)!);
    expect(isLit('encoder.layer.0 → encoder.layer.1.fc')).toBe(true);
    expect(isLit('encoder.layer.1/add → head')).toBe(true);
    // The addition past the activation joins two lit boxes, and is on no way through it.
    expect(isLit('encoder.layer.0 → encoder.layer.1/add')).toBe(false);
  });

  it('has an end where nothing leads on, and is cleared', () => {
    const traced = model();
    expect(traced.trace(box(traced, '/y'), 'downstream').count).toBe(0);
    expect(traced.clearTrace()).toBe(true);
    expect(traced.clearTrace()).toBe(false);
    expect(traced.lit).toBeNull();
  });

  it('goes round a cycle once', () => {
    const round = new GraphModel(
      graph(
        ['', '/a', '/b', '/c'],
        [
          ['/a', '/b'],
          ['/b', '/c'],
          ['/c', '/a']
        ]
      )
    );
    expect(round.trace(box(round, '/a'), 'upstream').count).toBe(2);
  });
});

describe('a search', () => {
  const shapes = new GraphModel(
    graph(
      [
        '',
        { path: 'fc: Linear 2000', inputs: [0], outputs: [1] },
        { path: 'fc/linear', inputs: [0], outputs: [1] },
        { path: 'big: Conv2d 5000', inputs: [1], outputs: [2] },
        { path: 'big/conv2d', inputs: [1], outputs: [2] }
      ],
      [['fc/linear', 'big/conv2d', 1]],
      [
        [[2, 4], 'float32'],
        [[2, 384], 'float16'],
        [['batch', 1536], 'float32']
      ]
    )
  );
  const found = (query: string): string[] => {
    shapes.search(query);
    return ids(shapes.found);
  };

  it.each([
    // A layer and its operation are one: six layers are six, as in the tree.
    ['linear', ['fc']],
    ['kind:conv2d', ['big']],
    ['kind:operation', ['fc/linear', 'big/conv2d']],
    ['kind:operation values>700', ['fc/linear', 'big/conv2d']],
    ['params>2k', ['big']],
    ['bytes>=8KB', ['fc', 'big']],
    ['shape:384', ['fc', 'big']],
    ['shape:2×4', ['fc']],
    ['shape:*×1536', ['big']],
    ['shape:>1000', ['big']],
    ['shape:<3×>300', ['fc', 'big']],
    ['values>700', ['fc', 'big']],
    ['values<10 kind:linear', ['fc']],
    ['dtype:float16 kind:Linear params>1', ['fc']],
    ['nothing', []]
  ])('finds %s', (query, expected) => {
    expect(found(query)).toEqual(expected);
  });

  it('counts on a closed box what is found inside, and itself', () => {
    const closed = model();
    expect(closed.search('linear')).toEqual({ problem: null, searching: true });
    expect(ids(closed.found)).toEqual(['encoder.layer.0.fc', 'encoder.layer.1.fc', 'encoder.layer.2.fc', 'head']);
    expect(closed.matches.get(box(closed, 'encoder'))).toBe(3);
    expect(closed.matches.get(box(closed, 'head'))).toBe(1);
    // It is lit with what it does, and where it is.
    const lit = ['head', 'head/linear', 'encoder', 'encoder.layer.0.fc/linear'].map(id => box(closed, id));
    expect(lit.filter(each => !closed.lit!.boxes.has(each))).toEqual([]);
    expect(closed.matches.has(box(closed, 'embed'))).toBe(false);
    expect(closed.lit!.boxes.has(box(closed, 'embed'))).toBe(false);
    expect(closed.search('')).toEqual({ problem: null, searching: false });
    expect(closed.lit).toBeNull();
  });

  it('tells the operations of a module from one another, and from what a layer is called by', () => {
    const norm = new GraphModel(
      graph(
        [
          '',
          'norm: BatchNorm2d 8',
          'norm/add_norm',
          'norm/batch_norm',
          'block: NormBlock',
          'block/norm',
          'block/mul',
          'block.fc: Linear 4',
          'block.fc/linear'
        ],
        [
          ['norm/add_norm', 'norm/batch_norm'],
          ['norm/batch_norm', 'block/norm'],
          ['block/norm', 'block/mul'],
          ['block/mul', 'block.fc/linear']
        ]
      )
    );
    norm.search('norm');
    // A block that holds layers is no layer: what runs in it beside them is found as well.
    expect(ids(norm.found)).toEqual(['norm', 'norm/add_norm', 'block', 'block/norm']);
  });

  it('that cannot be read finds nothing, lights nothing, and goes nowhere', () => {
    const closed = model();
    closed.search('linear');
    for (const query of ['values>>zz', 'linear params>x']) {
      expect(closed.search(query).problem).toMatch(/^Write /);
      expect([closed.found.length, closed.matches.size, closed.lit]).toEqual([0, 0, null]);
      expect(closed.nextFound(1)).toBeNull();
    }
  });

  it('goes round from match to match, both ways', () => {
    const closed = model(2);
    closed.search('kind:Linear kind:module');
    expect(ids(closed.found)).toEqual(['encoder.layer.0.fc', 'encoder.layer.1.fc', 'head']);
    const gone = (step: 1 | -1): [string, number] => {
      const next = closed.nextFound(step)!;
      return [next.box.id, next.number];
    };
    expect([gone(1), gone(1), gone(1), gone(1), gone(-1)]).toEqual([
      ['encoder.layer.0.fc', 1],
      ['encoder.layer.1.fc', 2],
      ['head', 3],
      ['encoder.layer.0.fc', 1],
      ['head', 3]
    ]);
    // Another search begins anew, also from its end.
    closed.search('kind:Linear kind:module');
    expect(gone(-1)).toEqual(['head', 3]);
    closed.search('nothing');
    expect(closed.nextFound(1)).toBeNull();
  });
});

it('writes shapes as they are read', () => {
  expect(shapeText([[3, 'batch'], 'float32'])).toBe('3 × batch');
  expect(shapeText([[], 'int64'])).toBe('scalar');
  expect(shapeText([null, 'int'])).toBe('int');
});
