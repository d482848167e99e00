import { formatQuantity, formatStatistic } from '../tensor/format';
import type { CountScale } from './histogram';
import { placeLabels, textWidth } from './labels';
import type { Layer } from './plot';
import { Scale } from './scale';
import type { Tick } from './scale';

/** Pixels that the labels of an axis are apart, at least. */
const ROOM = { bottom: 64, left: 34 } as const;

export interface PlacedTick {
  readonly at: number;
  readonly label: string;
}

export interface AxisOptions {
  readonly side: 'bottom' | 'left';
  readonly ticks: readonly PlacedTick[];
  readonly width: number;
  readonly height: number;
  /** What is told along it. */
  readonly label: string;
}

/** The ticks of a scale where they are drawn; of labels that would touch the later are left out. */
export function ticksOf(scale: Scale, side: AxisOptions['side']): PlacedTick[] {
  const placed = scale.ticks(ROOM[side]).map(({ value, label }: Tick) => ({ at: scale.at(value), label }));
  if (side === 'left') {
    return placed;
  }
  const fits = placeLabels(
    placed.map(({ at, label }) => ({ at, width: label ? textWidth(label) : 0 })),
    [-Infinity, Infinity]
  );
  return placed.map(({ at, label }, i) => ({ at, label: fits[i]!.at === null ? '' : label }));
}

/** The ticks of counts from 0 (on a log scale from half of one) to `most`, upwards over `height` pixels. */
export function countTicks(most: number, counts: CountScale, height: number): PlacedTick[] {
  const log = counts === 'log';
  const scale = new Scale(log ? 'log' : 'linear', [log ? 0.5 : 0, most], [height, 0]);
  return scale
    .ticks(ROOM.left)
    .filter(({ value }) => Number.isInteger(value) && value <= most)
    .map(({ value, label }) => ({ at: scale.at(value), label: label && formatQuantity(value) }));
}

/** The ticks of an even scale from 0 to `most`, upwards. */
export function shareTicks(most: number, height: number): PlacedTick[] {
  const scale = new Scale('linear', [0, most], [height, 0]);
  return scale.ticks(ROOM.left).map(({ value }) => ({ at: scale.at(value), label: formatStatistic(value) }));
}

/** A line, ticks, their labels, and at the end the name of what they tell. */
export function drawAxis(layer: Layer, { side, ticks, width, height, label }: AxisOptions): void {
  const bottom = side === 'bottom';
  const group = layer
    .selectAll<SVGGElement, string>(`g.mv-axis-${side}`)
    .data([side])
    .join('g')
    .attr('class', `mv-axis mv-axis-${side}`)
    .attr('transform', bottom ? `translate(0,${height})` : null);
  const lines = group.selectAll<SVGPathElement, unknown>('path').data([0]).join('path');
  const marks = ticks.map(({ at, label }) =>
    bottom ? `M${at.toFixed(1)},0v${label ? 5 : 3}` : `M0,${at.toFixed(1)}h${label ? -5 : -3}`
  );
  lines.attr('d', `M0,0${bottom ? `h${width}` : `v${height}`}${marks.join('')}`);
  group
    .selectAll<SVGTextElement, PlacedTick>('text.mv-axis-tick')
    .data(ticks.filter(tick => tick.label))
    .join('text')
    .attr('class', 'mv-axis-tick')
    .attr('x', tick => (bottom ? tick.at : -8))
    .attr('y', tick => (bottom ? 17 : tick.at))
    .text(tick => tick.label);
  group
    .selectAll<SVGTextElement, string>('text.mv-axis-name')
    .data([label])
    .join('text')
    .attr('class', 'mv-axis-name')
    .attr('x', bottom ? width : null)
    .attr('y', bottom ? 31 : null)
    .attr('transform', bottom ? null : `translate(-46,0) rotate(-90)`)
    .text(text => text);
}
