import { Camera } from '../../../../src/view/values/camera';
import { fitPlane } from '../../../../src/view/values/layout';
import type { Extent } from '../../../../src/view/values/layout';

const matrix = (rows: number, columns: number): Extent => ({
  rows,
  columns,
  facets: 1,
  facetShape: [],
  dims: { row: 'out', column: 'in', facets: [] }
});

const kernels = (out: number, inputs: number, side: number): Extent => ({
  rows: side,
  columns: side,
  facets: out * inputs,
  facetShape: [out, inputs],
  dims: { row: 'height', column: 'width', facets: ['out', 'in'] }
});

const channels = (count: number, side: number): Extent => ({
  ...kernels(count, 1, side),
  facetShape: [count],
  dims: { row: 'height', column: 'width', facets: ['channel'] }
});

describe('fitting a plane', () => {
  it('shows all of a matrix', () => {
    const { layout, home } = fitPlane(matrix(384, 200), 800, 600, 1);
    expect(layout.width(home)).toBeLessThanOrEqual(800);
    expect(layout.height(home)).toBeLessThanOrEqual(600);
    expect(layout.height(home)).toBeGreaterThan(500);
  });

  it('gives large cells a whole number of device pixels', () => {
    const { home } = fitPlane(matrix(24, 40), 800, 600, 2);
    expect(home * 2).toBe(Math.floor(home * 2));
  });

  it('fills the width with an embedding, whose whole would be a sliver, and can still show all of it', () => {
    const { layout, home, least } = fitPlane(matrix(200_000, 4096), 800, 600, 1);
    expect(layout.width(home)).toBeCloseTo(800);
    expect(layout.height(least)).toBeCloseTo(600);
  });

  it('makes a tensor of rank 1 a strip, and a scalar one large cell', () => {
    const vector = { ...matrix(1, 384), dims: { row: null, column: 'out', facets: [] } };
    const strip = fitPlane(vector, 800, 600, 1);
    expect(strip.layout.width(strip.home)).toBeCloseTo(800);
    expect(strip.layout.height(strip.home)).toBeGreaterThan(40);
    const scalar = fitPlane({ ...vector, columns: 1, dims: { row: null, column: null, facets: [] } }, 800, 600, 1);
    expect(scalar.layout.strip).toBe(false);
    expect(scalar.home).toBeGreaterThan(100);
  });

  it('wraps channels into as many columns as make them largest', () => {
    const { layout, home } = fitPlane(channels(144, 56), 900, 700, 1);
    expect(layout.across).toBeGreaterThan(8);
    expect(layout.width(home)).toBeLessThanOrEqual(900);
    expect(layout.height(home)).toBeLessThanOrEqual(700);
  });

  it('cuts a long grid of kernels into bands side by side', () => {
    const { layout, home } = fitPlane(kernels(32, 3, 3), 900, 500, 1);
    expect(layout.bands).toBeGreaterThan(1);
    expect(layout.height(home)).toBeLessThanOrEqual(500);
  });

  it('keeps 262,144 kernels legible and scrolls', () => {
    const { layout, home } = fitPlane(kernels(512, 512, 3), 900, 500, 1);
    expect(layout.bands).toBe(1);
    expect(layout.facetWidth(home)).toBeGreaterThanOrEqual(18);
    expect(layout.width(home)).toBeGreaterThan(900);
  });
});

describe.each([
  ['a matrix', matrix(384, 200)],
  ['crossed kernels', kernels(64, 64, 3)],
  ['bands of kernels', kernels(32, 3, 3)],
  ['wrapped channels', channels(150, 7)]
])('the layout of %s', (_, extent) => {
  it('finds every cell where it put it', () => {
    const { layout, home } = fitPlane(extent, 900, 500, 1);
    for (let facet = 0; facet < extent.facets; facet += 7) {
      const row = facet % extent.rows;
      const column = (facet * 3) % extent.columns;
      const x = layout.facetX(facet, home) + (column + 0.5) * home;
      const y = layout.facetY(facet, home) + (row + 0.5) * layout.cellHeight(home);
      expect(layout.cellAt(x, y, home)).toEqual({ facet, row, column });
      expect(layout.nearest(x, y, home)).toEqual({ facet, row, column });
      expect(layout.facetAt(layout.gridRow(facet), layout.gridColumn(facet))).toBe(facet);
    }
  });

  it('keeps the cell under the pointer while zooming', () => {
    const fit = fitPlane(extent, 900, 500, 1);
    const camera = new Camera(fit);
    camera.resize(fit, 900, 500);
    const [x, y] = [123.4, 87.6];
    const before = camera.layout.cellAt(camera.x + x, camera.y + y, camera.zoom);
    for (const factor of [1.2, 1.7, 3, 0.9, 2]) {
      camera.zoomAt(x, y, factor);
      expect(camera.layout.cellAt(camera.x + x, camera.y + y, camera.zoom)).toEqual(before);
    }
  });

  it('never loses the content out of sight', () => {
    const fit = fitPlane(extent, 900, 500, 1);
    const camera = new Camera(fit);
    camera.resize(fit, 900, 500);
    camera.panBy(1e9, 1e9);
    expect(camera.x).toBeLessThan(camera.layout.width(camera.zoom));
    expect(camera.y).toBeLessThan(camera.layout.height(camera.zoom));
    camera.panBy(-2e9, -2e9);
    expect(camera.x).toBeGreaterThan(-900);
    expect(camera.y).toBeGreaterThan(-500);
  });
});

describe('a camera', () => {
  it('is fitted again on a resize until a person moves it', () => {
    const extent = matrix(384, 384);
    const camera = new Camera(fitPlane(extent, 800, 600, 1));
    camera.resize(fitPlane(extent, 400, 300, 1), 400, 300);
    expect(camera.layout.height(camera.zoom)).toBeLessThanOrEqual(300);
    camera.zoomAt(10, 10, 4);
    const { zoom } = camera;
    camera.resize(fitPlane(extent, 800, 600, 1), 800, 600);
    expect(camera.zoom).toBe(zoom);
  });
});
