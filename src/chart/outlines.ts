import { drawAxes, shareTicks, ticksOf } from './axis';
import type { Bin } from './bars';
import { outlinePath } from './bars';
import { drawBand } from './cursor';
import { Plot } from './plot';
import { Scale } from './scale';
import type { Ends, ScaleKind } from './scale';
import { walk } from './walk';

export interface Outline {
  /** A letter or two that name it in the picture. */
  readonly tag: string;
  readonly bins: readonly Bin[];
  /** What the counts are parts of. */
  readonly total: number;
}

export interface OutlinesState {
  readonly outlines: readonly Outline[];
  readonly kind: ScaleKind;
  readonly domain: Ends;
  readonly threshold: number;
}

export interface OutlinesOptions {
  /** An outline, and of its bins one. */
  readonly onPoint: (place: { readonly outline: number; readonly bin: number } | null, aloud: boolean) => void;
}

const MARGINS = { top: 22, right: 18, bottom: 38, left: 58 };

/**
 * Several histograms over one another as outlines that enclose equal areas: heights are shares of the values per unit of
 * the scale, whatever bins each was counted in.
 */
export class Outlines {
  readonly plot: Plot;

  constructor(private readonly options: OutlinesOptions) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['axes', 'marks', 'lines', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.point(place),
      onKey: event => this.key(event)
    });
  }

  update(state: OutlinesState): void {
    this.state = state;
    this.cursor = null;
    this.options.onPoint(null, false);
    this.draw();
  }

  dispose(): void {
    this.plot.dispose();
  }

  private draw(): void {
    const { state, plot } = this;
    const { width, height } = plot;
    if (!state || !width) {
      return;
    }
    const { outlines, kind, domain, threshold } = state;
    const x = new Scale(kind, domain, [0, width], threshold);
    this.x = x;
    const densities = outlines.flatMap(({ bins, total }) => bins.map(bin => densityOf(bin, total, x)));
    const most = densities.reduce((most, density) => Math.max(most, density), 1e-300);
    this.y = density => height * (1 - density / most);
    const unit = kind === 'linear' ? 'share of values per unit' : 'share of values per decade';
    drawAxes(plot, {
      bottom: { ticks: ticksOf(x, 'bottom'), label: 'value' },
      left: { ticks: shareTicks(most, height), label: unit }
    });
    plot
      .layer('marks')
      .selectAll('path')
      .data(outlines)
      .join('path')
      .attr('class', (_, i) => `mv-outline mv-series-${i}`)
      .attr('d', ({ bins, total }) => outlinePath(bins, x, bin => this.y!(densityOf(bin, total, x)), height));
    // Each stands at another part of its values, so that those of like distributions stand beside one another.
    const tags = outlines.map((outline, i) => ({ i, ...tagged(outline, (i + 0.5) / outlines.length) }));
    plot
      .layer('lines')
      .selectAll('text')
      .data(tags)
      .join('text')
      .attr('class', ({ i }) => `mv-outline-tag mv-series-${i}`)
      .attr('x', ({ bin }) => (x.at(bin.low) + x.at(bin.high)) / 2)
      .attr('y', ({ bin, total }) => this.y!(densityOf(bin, total, x)) - 6)
      .text(({ tag }) => tag);
    this.drawCursor();
  }

  private drawCursor(): void {
    const { state, cursor, x, plot } = this;
    const outline = cursor && state ? state.outlines[cursor.outline] : undefined;
    const bin = cursor ? outline?.bins[cursor.bin] : undefined;
    plot
      .layer('marks')
      .selectAll('path')
      .classed('mv-outline-pointed', (_, i) => i === cursor?.outline)
      .classed('mv-outline-quiet', (_, i) => cursor !== null && i !== cursor.outline);
    drawBand(plot.layer('cursor'), bin ? [x!.at(bin.low), x!.at(bin.high)] : null, plot);
  }

  /** The outline that is nearest above or below the pointer. */
  private point(place: readonly [number, number] | null): void {
    const { state, x, y } = this;
    if (!place || !state || !x || !y || place[0] < 0 || place[0] > this.plot.width) {
      this.go(null, false);
      return;
    }
    const value = x.value(place[0]);
    let best: { outline: number; bin: number; distance: number } | null = null;
    state.outlines.forEach(({ bins, total }, outline) => {
      const bin = bins.findIndex(({ low, high }) => value >= low && value <= high);
      if (bin >= 0) {
        const distance = Math.abs(y(densityOf(bins[bin]!, total, x)) - place[1]);
        best = best && best.distance <= distance ? best : { outline, bin, distance };
      }
    });
    this.go(best, false);
  }

  private key(event: KeyboardEvent): boolean {
    const outlines = this.state?.outlines ?? [];
    const { cursor } = this;
    const step = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
    if (!outlines.length || event.ctrlKey || event.metaKey) {
      return false;
    }
    const outline = cursor?.outline ?? 0;
    if (step) {
      const next = cursor ? (outline + step + outlines.length) % outlines.length : 0;
      const value = cursor ? outlines[outline]!.bins[cursor.bin]!.low : 0;
      const { bins } = outlines[next]!;
      const same = bins.findIndex(({ high }) => value < high);
      this.go({ outline: next, bin: same < 0 ? bins.length - 1 : same }, true);
      return true;
    }
    const bin = walk(event, cursor?.bin ?? null, outlines[outline]!.bins.length);
    if (bin === undefined || (bin === null && !cursor)) {
      return false;
    }
    this.go(bin === null ? null : { outline, bin }, true);
    return true;
  }

  private go(to: { outline: number; bin: number } | null, aloud: boolean): void {
    if (to?.outline !== this.cursor?.outline || to?.bin !== this.cursor?.bin) {
      this.cursor = to && { outline: to.outline, bin: to.bin };
      this.drawCursor();
      this.options.onPoint(this.cursor, aloud);
    }
  }

  private state: OutlinesState | null = null;
  private x: Scale | null = null;
  private y: ((density: number) => number) | null = null;
  private cursor: { outline: number; bin: number } | null = null;
}

/** The bin below which a part of an outline's values lies. */
function tagged({ tag, bins, total }: Outline, part: number): { tag: string; bin: Bin; total: number } {
  let below = 0;
  const bin = bins.find(({ count }) => (below += count) >= part * total) ?? bins.at(-1)!;
  return { tag, bin, total };
}

/** The share of the values in a bin, per unit of the scale. A bin without a width is taken as a thin one. */
export function densityOf({ low, high, count }: Bin, total: number, x: Scale): number {
  const pixels = Math.abs(x.range[1] - x.range[0]) || 1;
  const least = Math.abs(x.unit(x.domain[1]) - x.unit(x.domain[0])) / pixels || 1;
  return total > 0 ? count / total / Math.max(least, x.unit(high) - x.unit(low)) : 0;
}
