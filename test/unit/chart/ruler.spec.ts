import { marksOf, Ruler, type RulerState } from '../../../src/chart/ruler';
import { isBinary, niceStep } from '../../../src/chart/steps';

const state = (change: Partial<RulerState>): RulerState => ({
  label: 'in',
  start: 0,
  end: 384,
  size: 384,
  pixels: [0, 600],
  ...change
});
const texts = (...args: Parameters<typeof marksOf>): string[] => marksOf(...args).map(mark => mark.text);

describe('a step', () => {
  it('is 1, 2 or 5 times a power of ten', () => {
    expect([0.2, 1, 1.2, 3, 6, 11, 60, 4000].map(least => niceStep(least, false))).toEqual([
      1, 1, 2, 5, 10, 20, 100, 5000
    ]);
  });

  it('is a power of two for sizes that people think of so', () => {
    expect(niceStep(40, true)).toBe(64);
    expect([16, 64, 320, 384, 768, 4096, 50304].every(isBinary)).toBe(true);
    expect([3, 10, 100, 1000, 1600, 30522, 50257].some(isBinary)).toBe(false);
  });
});

describe('a ruler', () => {
  it('labels indices at nice steps, at the middle of their cells', () => {
    const marks = marksOf('top', state({ start: 10.6, end: 20.6, pixels: [0, 1000] }));
    expect(marks[0]).toMatchObject({ text: '11', at: expect.closeTo(90) as number });
    expect(texts('top', state({}))).toContain('64');
  });

  it('never lets two labels touch, at any zoom', () => {
    for (const side of ['top', 'left'] as const) {
      for (let cells = 1; cells < 30522; cells = Math.ceil(cells * 1.37)) {
        const marks = marksOf(side, state({ start: 7.3, end: 7.3 + cells, size: 30522 }));
        marks.slice(1).forEach((mark, index) => {
          const extent = side === 'top' ? (mark.width + marks[index]!.width) / 2 : 11;
          expect(mark.at - marks[index]!.at).toBeGreaterThan(extent);
        });
      }
    }
  });

  it('labels no index that does not exist', () => {
    expect(texts('top', state({ start: -3, end: 6, size: 3, pixels: [0, 300] }))).toEqual(['0', '1', '2']);
    expect(texts('top', state({ size: 0, end: 1 }))).toEqual([]);
    expect(texts('top', state({ start: 4, end: 4 }))).toEqual([]);
  });

  it('names tokens, and cuts the longest', () => {
    const format = (index: number): string => ['[CLS]', 'incomprehensibilities'][index]!;
    expect(texts('left', state({ end: 2, size: 2, format }))).toEqual(['[CLS]', 'incomprehensibi…']);
  });

  it('keeps its nodes from frame to frame', () => {
    jest.useFakeTimers();
    const ruler = new Ruler('top');
    ruler.update(state({ start: 0, end: 100 }));
    const before = [...ruler.node.querySelectorAll('.mv-ruler-labels text')];
    ruler.update(state({ start: 0.4, end: 100.4 }));
    expect([...ruler.node.querySelectorAll('.mv-ruler-labels text')]).toEqual(before);
    jest.advanceTimersByTime(1000);
    expect(ruler.node.getAttribute('aria-label')).toBe('in: indices 0 to 100 of 384');
    jest.useRealTimers();
  });

  it('marks the index under the pointer, and leaves out what it would cover', () => {
    const ruler = new Ruler('left');
    ruler.update(state({ highlight: 65 }));
    expect(ruler.node.querySelector('.mv-ruler-mark text')!.textContent).toBe('65');
    const labels = [...ruler.node.querySelectorAll('.mv-ruler-labels text')];
    expect(labels.map(label => label.textContent)).not.toContain('64');
    ruler.update(state({ highlight: null }));
    expect(ruler.node.querySelector('.mv-ruler-mark')!.getAttribute('visibility')).toBe('hidden');
  });
});
