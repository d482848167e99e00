import { BY_KIND, colouringBy } from '../../../../src/view/graph/colours';
import type { Palette } from '../../../../src/view/graph/colours';
import { dotOf } from '../../../../src/view/graph/dot';
import { GraphModel } from '../../../../src/view/graph/model';
import { PARAMETERS } from '../../../../src/view/graph/overlays';
import { inSight } from '../../../../src/view/graph/painter';
import type { Look } from '../../../../src/view/graph/painter';
import { scaleFor, svgOf } from '../../../../src/view/graph/picture';
import { detailOf } from '../../../../src/view/graph/words';
import { encoder, graph, piled } from './graphs';

const palette: Palette = {
  surface: '#ffffff',
  raised: '#f4f4f4',
  ink: '#111111',
  quiet: '#555555',
  hairline: '#dddddd',
  outline: '#bbbbbb',
  accent: '#1976d2',
  onAccent: '#ffffff',
  soft: '#e0eefb',
  theme: 'light'
};

const look = (changes: Partial<Look> = {}): Look => {
  const colouring = changes.colouring ?? BY_KIND;
  return {
    palette,
    colouring,
    detail: box => detailOf(box, colouring),
    selected: null,
    cursor: null,
    hovered: null,
    lit: null,
    matches: new Map(),
    ...changes
  };
};

const read = (svg: string): Document => {
  const read = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(read.querySelector('parsererror')).toBeNull();
  return read;
};
const texts = (svg: Document): string[] => [...svg.querySelectorAll('text')].map(({ textContent }) => textContent);

function opened(...open: string[]): GraphModel {
  const model = new GraphModel(encoder(2));
  model.closeAll();
  open.forEach(id => model.toggle(model.boxes.byId.get(id)!, true));
  return model;
}

describe('an SVG', () => {
  it('has every box that is open on the stage, its kind, and the shapes on the lines', () => {
    const model = opened('encoder');
    const svg = read(svgOf(piled(model), look()));
    expect(texts(svg)).toEqual(
      expect.arrayContaining(['x', 'embed', 'Embedding · 100', 'encoder', 'Block × 2', 'layer', 'head', 'y', '2 × 4'])
    );
    expect(texts(svg)).not.toContain('layer.0');
    // A line for each link, an arrowhead and the triangles that open.
    expect(svg.querySelectorAll('path')).toHaveLength(model.visible.links.length);
    expect(svg.querySelectorAll('polygon').length).toBeGreaterThanOrEqual(model.visible.links.length);
  });

  it('is as large as what is drawn, and has no cursor and nothing under the pointer', () => {
    const model = opened();
    const arrangement = piled(model);
    const svg = svgOf(
      arrangement,
      look({ cursor: model.boxes.byId.get('embed')!, hovered: model.boxes.byId.get('head')! })
    );
    const { width, height } = arrangement.bounds;
    expect(read(svg).documentElement.getAttribute('viewBox')).toBe(
      `-16 -16 ${Math.ceil(width + 32)} ${Math.ceil(height + 32)}`
    );
    expect(svg).toBe(svgOf(arrangement, look()));
  });

  it('takes names that would be markup, and leaves out what XML cannot hold', () => {
    const hostile = new GraphModel(graph(['', { path: 'a: <b>&"\u0001', name: '<script>alert(1)</script>\u0000' }]));
    const svg = read(svgOf(piled(hostile), look()));
    expect(texts(svg)[1]).toBe('<script>alert(1)</script>');
    expect(svg.querySelector('script')).toBeNull();
  });

  it('draws what a trace leaves out faintly', () => {
    const model = opened();
    model.trace(model.boxes.byId.get('embed')!, 'upstream');
    const svg = read(svgOf(piled(model), look({ lit: model.lit })));
    const opacityOf = (words: string): string | null =>
      [...svg.querySelectorAll('text')].find(({ textContent }) => textContent === words)!.getAttribute('opacity');
    expect([opacityOf('embed'), opacityOf('head')]).toEqual([null, '0.25']);
  });

  it('fills modules by a statistic, writes the number too, and says so in ink that reads', () => {
    const model = opened();
    const seen = model.visible.boxes.filter(({ parent }) => parent);
    const svg = read(svgOf(piled(model), look({ colouring: colouringBy(PARAMETERS, seen) })));
    // The most is viridis' yellow with black on it, the least its purple with white.
    const fills = [...svg.querySelectorAll('rect')].map(rect => rect.getAttribute('fill'));
    expect(fills).toContain('rgb(253, 231, 37)');
    expect(fills).toContain('rgb(68, 1, 84)');
    const inkOf = (words: string): string | null =>
      [...svg.querySelectorAll('text')].find(({ textContent }) => textContent === words)!.getAttribute('fill');
    expect([inkOf('embed'), inkOf('encoder')]).toEqual(['#000000', '#ffffff']);
    expect(texts(svg)).toContain('Embedding · 100');
  });
});

describe('DOT', () => {
  const dot = (model: GraphModel): string => dotOf(model.graph, model.visible, model.openBoxes, 'net');

  it('has a node for each closed box, a cluster for each open one, and an edge for each line', () => {
    expect(dot(opened('encoder')).split('\n')).toEqual([
      'digraph "net" {',
      '  graph [compound=true, rankdir=TB, fontname="sans-serif"];',
      '  node [shape=box, style=rounded, fontname="sans-serif"];',
      '  edge [fontname="sans-serif", fontsize=10];',
      '  "/x" [label="x", shape=plaintext];',
      '  "embed" [label="embed\\nEmbedding"];',
      '  subgraph "cluster encoder" {',
      '    label="encoder\\nEncoder";',
      '    "encoder.layer" [label="Block × 2\\nlayer"];',
      '  }',
      '  "head" [label="head\\nLinear"];',
      '  "/y" [label="y", shape=plaintext];',
      '  "/x" -> "embed" [label="2 × 4"];',
      '  "embed" -> "encoder.layer" [label="2 × 4"];',
      '  "encoder.layer" -> "head" [label="2 × 4"];',
      '  "head" -> "/y" [label="2 × 4"];',
      '}',
      ''
    ]);
  });

  it('escapes quotes and backslashes', () => {
    const model = new GraphModel(graph(['', { path: 'a: Kind', name: 'say "hi" \\n' }]));
    expect(dot(model)).toContain('label="say \\"hi\\" \\\\n\\nKind"');
  });
});

describe('a PNG', () => {
  it('has two pixels for one, and fewer where no canvas could hold them', () => {
    expect(scaleFor({ width: 800, height: 600 })).toBe(2);
    expect(scaleFor({ width: 100, height: 20_000 }) * 20_000).toBeCloseTo(16_384);
    const large = scaleFor({ width: 9_000, height: 9_000 });
    expect((large * 9_000) ** 2).toBeLessThanOrEqual(2 ** 27 + 1);
  });
});

describe('what is in sight', () => {
  it('is drawn alone: a frame out of sight is skipped with all that is inside', () => {
    const arrangement = piled(opened('encoder', 'encoder.layer'));
    const seen = (y: number, height: number): string[] =>
      inSight(arrangement, { x: 0, y, width: 500, height }).boxes.map(({ box }) => box.id);
    expect(seen(-10, 20)).toEqual(['/x']);
    const { rect } = arrangement.byId.get('encoder.layer.1')!;
    expect(seen(rect.y + 5, 10)).toEqual(['encoder', 'encoder.layer', 'encoder.layer.1']);
    expect(seen(-1000, 2000)).toHaveLength(arrangement.boxes.length);
    expect(seen(5000, 10)).toEqual([]);
  });
});
