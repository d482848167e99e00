import { boxesOf } from '../../../../src/view/graph/boxes';
import type { Box } from '../../../../src/view/graph/boxes';
import { titleOf } from '../../../../src/view/graph/measure';
import { encoder, graph } from './graphs';

/** Titles, those inside in brackets. */
const outline = (boxes: readonly Box[]): string =>
  boxes.map(box => titleOf(box) + (box.children.length ? `[${outline(box.children)}]` : '')).join(' ');
const inside = (...args: Parameters<typeof graph>): string => outline(boxesOf(graph(...args)).root.children);

describe('boxesOf', () => {
  it('folds equal blocks that follow one another, and a list of nothing else is the run itself', () => {
    const { root, byId, of } = boxesOf(encoder(2));
    expect(outline(root.children)).toBe(
      'x embed[embedding] encoder[Block × 2[layer.0[fc[linear] act[relu] add] layer.1[fc[linear] act[relu] add]]] head[linear] y'
    );
    const run = byId.get('encoder.layer')!;
    expect(run).toMatchObject({ label: 'layer', run: { kind: 'Block', count: 2, each: 20 } });
    // The list's own node has the run for its box, and every other node one of its own.
    expect(of.every((box, index) => box?.node?.path === encoder(2).nodes[index]!.path)).toBe(true);
  });

  it('tells blocks apart by structure and not by name', () => {
    expect(
      inside(['', 'a: Block 5', 'a.x: Linear 5', 'b: Block 5', 'b.y: Linear 5', 'c: Block 6', 'c.z: Linear 6'])
    ).toBe('Block × 2[a[x] b[y]] c[z]');
  });

  it('folds two blocks, but layers only from three on', () => {
    expect(inside(['', '0: ReLU', '1: ReLU'])).toBe('0 1');
    expect(inside(['', '0: ReLU', '1: ReLU', '2: ReLU'])).toBe('ReLU × 3[0 1 2]');
  });

  it('keeps layers apart whose names say more than a number: query, key and value', () => {
    expect(inside(['', 'query: Linear 4', 'key: Linear 4', 'value: Linear 4'])).toBe('query key value');
  });

  it('keeps blocks apart between which something else ran', () => {
    expect(inside(['', '0: ReLU', '1: ReLU', 'x: Pool', '2: ReLU'])).toBe('0 1 x 2');
  });

  it('leaves out modules in which nothing ran, unless nothing is known to have run at all', () => {
    const lines = ['', 'fc: Linear 4', 'fc/linear', 'drop: Dropout', '/y: output'];
    expect(inside(lines, [['fc/linear', '/y']])).toBe('fc[linear] y');
    expect(inside(['', 'fc: Linear 4', 'drop: Dropout'])).toBe('fc drop');
    expect(boxesOf(graph(lines, [['fc/linear', '/y']])).of[3]).toBeNull();
  });

  it('puts a constant where it is read', () => {
    const lines = ['', '/c: constant', 'a: A', 'a.b: B', 'a.b/mul', 'a.b/add', 'd: D', 'd/sub', '/k: constant'];
    expect(
      inside(lines, [
        ['/c', 'a.b/mul'],
        ['/c', 'a.b/add'],
        ['/k', 'a.b/mul'],
        ['/k', 'd/sub']
      ])
    ).toBe('a[b[c mul add]] d[sub] k');
  });

  it('counts what later calls of one module hold once', () => {
    const called = [
      '',
      'layer: Block 7',
      'layer/mul',
      { path: 'layer@1: Block 7', shared: 'layer' },
      'layer@1/mul',
      { path: 'layer@2: Block 7', shared: 'layer' },
      'layer@2/mul'
    ];
    const { root } = boxesOf(
      graph(called, [
        ['layer/mul', 'layer@1/mul'],
        ['layer@1/mul', 'layer@2/mul']
      ])
    );
    expect(root.children[0]).toMatchObject({ id: 'layer ×', run: { count: 3 }, parameters: 7, bytes: 28 });
  });

  it('takes models that are nested deeper than JavaScript recurses', () => {
    const lines = [''];
    let path = '';
    for (let depth = 0; depth < 400; depth++) {
      path = path ? `${path}.m` : 'm';
      lines.push(`${path}: Deep ${depth + 1}`);
    }
    expect(boxesOf(graph(lines)).byId.get(path)!.depth).toBe(400);
  });
});
