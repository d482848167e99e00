import { drawAxis, ticksOf } from '../../chart/axis';
import { placeLabels, textWidth } from '../../chart/labels';
import { Plot } from '../../chart/plot';
import { Scale } from '../../chart/scale';
import type { ScaleKind } from '../../chart/scale';
import { walk } from '../../chart/walk';
import { formatCount, formatPercent, formatStatistic } from '../../tensor/format';
import type { Spectrum } from '../../wire/protocol';
import type { Readout } from '../view';

const MARGINS = { top: 34, right: 18, bottom: 38, left: 58 };
/** What a logarithmic axis shows of values that are zero but for rounding. */
const DEPTH = 1e-9;
/** So many are drawn as dots too. */
const DOTS = 160;

export interface SingularState {
  readonly spectrum: Spectrum;
  readonly ranks: 'linear' | 'log';
  readonly values: 'linear' | 'log';
}

/** Singular values against their rank. */
export class SingularChart {
  readonly plot: Plot;

  constructor(private readonly readout: (readout: Readout | null) => void) {
    this.plot = new Plot({
      margins: MARGINS,
      layers: ['axes', 'lines', 'marks', 'cursor'],
      onDraw: () => this.draw(),
      onPoint: place => this.point(place),
      onKey: event => this.key(event)
    });
  }

  update(state: SingularState): void {
    if (state.spectrum !== this.state?.spectrum) {
      this.go(null, false);
    }
    this.state = state;
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
    const { spectrum } = state;
    const { values, ranks } = spectrum;
    const most = values[0] ?? 1;
    const least = values.reduce((least, value) => (value > most * DEPTH ? Math.min(least, value) : least), most);
    const kind = (wanted: ScaleKind): ScaleKind => (most > 0 ? wanted : 'linear');
    const x = new Scale(state.ranks, [1, ranks.at(-1) ?? 1], [0, width]);
    const y = new Scale(kind(state.values), [state.values === 'log' && most > 0 ? least : 0, most], [height, 0]);
    this.x = x;
    this.y = y;
    drawAxis(plot.layer('axes'), { side: 'bottom', ticks: ticksOf(x, 'bottom'), width, height, label: 'rank' });
    drawAxis(plot.layer('axes'), { side: 'left', ticks: ticksOf(y, 'left'), width, height, label: 'singular value σ' });
    const shown = values.flatMap((value, i) =>
      y.kind === 'log' && value < least ? [] : [[x.at(ranks[i]!), y.at(value)]]
    );
    const line = shown.map(([px, py], i) => `${i ? 'L' : 'M'}${px!.toFixed(2)},${py!.toFixed(2)}`).join('');
    const dots = shown.length > DOTS ? '' : shown.map(([px, py]) => `M${px!.toFixed(2)},${py!.toFixed(2)}h0`).join('');
    const marks = plot.layer('marks');
    marks
      .selectAll('path.mv-chart-line')
      .data([line])
      .join('path')
      .attr('class', 'mv-chart-line')
      .attr('d', d => d);
    marks
      .selectAll('path.mv-chart-dots')
      .data([dots])
      .join('path')
      .attr('class', 'mv-chart-dots')
      .attr('d', d => d);
    this.drawGuides(spectrum, x, width, height);
    this.drawCursor();
  }

  /** Ranks that a matrix has by one measure or another. */
  private drawGuides({ stable_rank, effective_rank, rank }: Spectrum, x: Scale, width: number, height: number): void {
    const guides = [
      { name: 'stable rank', value: stable_rank },
      { name: 'effective rank', value: effective_rank },
      { name: 'rank', value: rank }
    ].flatMap(({ name, value }) =>
      value !== null && value >= x.domain[0] && value <= x.domain[1] ? [{ name, at: x.at(value) }] : []
    );
    // In two rows: the ranks of a matrix may be near to one another.
    const labels = guides.map(({ name, at }) => ({ name, at, width: textWidth(name) }));
    const first = placeLabels(labels, [0, width]);
    const left = labels.filter((_, i) => first[i]!.at === null);
    const second = placeLabels(left, [0, width]);
    const told = [
      ...labels.map((label, i) => ({ ...label, at: first[i]!.at, row: 0 })),
      ...left.map((label, i) => ({ ...label, at: second[i]!.at, row: 1 }))
    ].flatMap(({ name, at, row }) => (at === null ? [] : [{ name, at, row }]));
    const layer = this.plot.layer('lines');
    layer
      .selectAll('line')
      .data(guides)
      .join('line')
      .attr('class', 'mv-chart-guide')
      .attr('x1', guide => guide.at)
      .attr('x2', guide => guide.at)
      .attr('y1', -6)
      .attr('y2', height);
    layer
      .selectAll('text')
      .data(told)
      .join('text')
      .attr('class', 'mv-chart-level')
      .attr('x', guide => guide.at)
      .attr('y', guide => -10 - 13 * guide.row)
      .text(guide => guide.name);
  }

  private drawCursor(): void {
    const { state, cursor, x, y } = this;
    const at = cursor === null || !state || !x || !y ? [] : [cursor];
    const { values, ranks } = state?.spectrum ?? { values: [], ranks: [] };
    this.plot
      .layer('cursor')
      .selectAll('circle')
      .data(at)
      .join('circle')
      .attr('class', 'mv-chart-point')
      .attr('r', 5)
      .attr('cx', i => x!.at(ranks[i]!))
      .attr('cy', i => (y!.kind === 'log' && values[i]! < y!.domain[0] ? y!.range[0] : y!.at(values[i]!)));
  }

  private point(place: readonly [number, number] | null): void {
    const { state, x } = this;
    if (!place || !state || !x || place[0] < -8 || place[0] > this.plot.width + 8) {
      this.go(null, false);
      return;
    }
    const { ranks } = state.spectrum;
    const wanted = x.value(place[0]);
    const nearest = ranks.reduce(
      (best, rank, i) => (Math.abs(rank - wanted) < Math.abs(ranks[best]! - wanted) ? i : best),
      0
    );
    this.go(ranks.length ? nearest : null, false);
  }

  private key(event: KeyboardEvent): boolean {
    const to = walk(event, this.cursor, this.state?.spectrum.values.length ?? 0);
    if (to === undefined || (to === null && this.cursor === null)) {
      return false;
    }
    this.go(to, true);
    return true;
  }

  private go(to: number | null, aloud: boolean): void {
    if (to === this.cursor) {
      return;
    }
    this.cursor = to;
    this.drawCursor();
    const spectrum = this.state?.spectrum;
    if (to === null || !spectrum) {
      this.readout(null);
      return;
    }
    const text = `σ ${formatCount(spectrum.ranks[to]!)} = ${formatStatistic(spectrum.values[to]!, 7)}`;
    const note = energyWords(spectrum, to);
    this.readout({ text, note });
    if (aloud) {
      this.plot.say(`${text}, ${note}`);
    }
  }

  private state: SingularState | null = null;
  private x: Scale | null = null;
  private y: Scale | null = null;
  private cursor: number | null = null;
}

/** How much of the sum of squares the values up to one hold; where some were left out, only which one it is. */
export function energyWords({ values, ranks, frobenius }: Spectrum, at: number): string {
  const all = Math.min(ranks.at(-1) ?? 0, values.length);
  if (ranks[at] !== at + 1 || !frobenius) {
    return `of ${formatCount(ranks.at(-1) ?? all)}`;
  }
  const energy = values.slice(0, at + 1).reduce((sum, value) => sum + value * value, 0);
  return `the first ${formatCount(at + 1)} hold ${formatPercent(energy, frobenius * frobenius)} of ‖A‖²`;
}
