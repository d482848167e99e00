import { drawAxes, ticksOf } from './axis';
import type { PlacedTick } from './axis';
import type { Bin } from './bars';
import { outlinePath } from './bars';
import { drawBand } from './cursor';
import { Plot } from './plot';
import { Scale } from './scale';
import type { Ends, ScaleKind } from './scale';
import { walk } from './walk';

export interface Ridge {
  readonly label: string;
  readonly bins: readonly Bin[];
  readonly median: number | null;
}

export interface RidgelineState {
  readonly ridges: readonly Ridge[];
  readonly kind: ScaleKind;
  readonly domain: Ends;
  readonly threshold: number;
  /** What the ridges are. */
  readonly name: string;
}

export interface RidgelineOptions {
  /** A ridge, and of its bins one. */
  readonly onPoint: (place: { readonly ridge: number; readonly bin: number } | null, aloud: boolean) => void;
  readonly onChoose: (ridge: number) => void;
}

const MARGINS = { top: 16, right: 18, bottom: 38, left: 58 };
/** How far a ridge rises over those behind it, in lines. */
const OVERLAP = 4;
const LABEL_ROOM = 14;

/** Histograms one behind another, each to its own peak, the first at the top. */
export class Ridgeline {
  readonly plot: Plot;

  constructor(private readonly options: RidgelineOptions) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['axes', 'marks', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.point(place),
      onKey: event => this.key(event),
      onClick: () => this.choose()
    });
  }

  update(state: RidgelineState): void {
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
    const { width } = plot;
    if (!state || !width) {
      return;
    }
    const { ridges, kind, domain, threshold, name } = state;
    const x = new Scale(kind, domain, [0, width], threshold);
    this.x = x;
    const step = this.step;
    const every = Math.ceil(LABEL_ROOM / step);
    drawAxes(plot, {
      bottom: { ticks: ticksOf(x, 'bottom'), label: 'value' },
      left: { ticks: ridges.map(({ label }, i) => ({ at: this.floor(i), label: i % every ? '' : label })), label: name }
    });
    const rise = step * OVERLAP;
    const paths = ridges.map(({ bins }, i) => {
      const floor = this.floor(i);
      const peak = bins.reduce((most, bin) => Math.max(most, bin.count), 0) || 1;
      return outlinePath(bins, x, bin => floor - (rise * bin.count) / peak, floor);
    });
    const marks = plot.layer('marks');
    marks
      .selectAll('path')
      .data(paths)
      .join('path')
      .attr('class', 'mv-ridge')
      .attr('d', path => path);
    marks
      .selectAll('path.mv-ridge-median')
      .data(ridges.flatMap(({ median }, i) => (median === null ? [] : [{ median, i }])))
      .join('path')
      .attr('class', 'mv-ridge-median')
      .attr(
        'd',
        ({ median, i }) => `M${x.at(median).toFixed(2)},${this.floor(i)}v${-Math.min(8, Math.max(4, step / 2))}`
      );
    this.drawCursor();
  }

  private drawCursor(): void {
    const { state, cursor, x, plot } = this;
    const at = cursor && x && state ? cursor : null;
    const bin = at && state!.ridges[at.ridge]?.bins[at.bin];
    plot
      .layer('marks')
      .selectAll('path.mv-ridge')
      .classed('mv-ridge-pointed', (_, i) => i === at?.ridge);
    // The name of the one that is pointed at stands in the place of those beside it.
    plot
      .layer('axes')
      .selectAll<SVGTextElement, PlacedTick>('.mv-axis-left .mv-axis-tick')
      .attr('visibility', tick => (at && Math.abs(tick.at - this.floor(at.ridge)) < LABEL_ROOM ? 'hidden' : null));
    const layer = plot.layer('cursor');
    const top = at ? this.floor(at.ridge) - this.step : 0;
    drawBand(layer, bin ? [x!.at(bin.low), x!.at(bin.high)] : null, { top, height: this.step });
    layer
      .selectAll('text')
      .data(at ? [state!.ridges[at.ridge]!.label] : [])
      .join('text')
      .attr('class', 'mv-ridge-name')
      .attr('x', -8)
      .attr('y', at ? this.floor(at.ridge) : 0)
      .text(label => label);
  }

  private point(place: readonly [number, number] | null): void {
    const { state, x } = this;
    if (!place || !state || !x || place[1] < 0 || place[1] > this.plot.height || place[0] < -MARGINS.left) {
      this.go(null, false);
      return;
    }
    const { ridges } = state;
    const ridge = Math.max(0, Math.min(ridges.length - 1, Math.floor(place[1] / this.step - OVERLAP + 1)));
    const bins = ridges[ridge]?.bins ?? [];
    const value = x.value(place[0]);
    const past = bins.findIndex(bin => value < bin.high);
    this.go(bins.length ? { ridge, bin: past < 0 ? bins.length - 1 : past } : null, false);
  }

  private key(event: KeyboardEvent): boolean {
    const { state, cursor } = this;
    const ridges = state?.ridges ?? [];
    if (event.key === 'Enter' && cursor) {
      this.choose();
      return true;
    }
    if (!ridges.length) {
      return false;
    }
    const at = cursor ?? { ridge: 0, bin: Math.floor((ridges[0]?.bins.length ?? 0) / 2) };
    const lines: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, PageUp: -10, PageDown: 10 };
    const line = lines[event.key];
    if (line !== undefined && !event.ctrlKey && !event.metaKey) {
      const ridge = cursor ? Math.max(0, Math.min(ridges.length - 1, at.ridge + line)) : at.ridge;
      this.go({ ...at, ridge }, true);
      return true;
    }
    const bin = walk(event, cursor?.bin ?? null, ridges[at.ridge]?.bins.length ?? 0);
    if (bin === undefined || (bin === null && !cursor)) {
      return false;
    }
    this.go(bin === null ? null : { ...at, bin }, true);
    return true;
  }

  private go(to: { ridge: number; bin: number } | null, aloud: boolean): void {
    if (to?.ridge !== this.cursor?.ridge || to?.bin !== this.cursor?.bin) {
      this.cursor = to;
      this.drawCursor();
      this.options.onPoint(to, aloud);
    }
  }

  private choose(): void {
    if (this.cursor) {
      this.options.onChoose(this.cursor.ridge);
    }
  }

  private get step(): number {
    return this.plot.height / (Math.max(1, this.state?.ridges.length ?? 1) + OVERLAP - 1);
  }

  private floor(ridge: number): number {
    return (ridge + OVERLAP) * this.step;
  }

  private state: RidgelineState | null = null;
  private x: Scale | null = null;
  private cursor: { ridge: number; bin: number } | null = null;
}
