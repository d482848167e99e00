import { placeLabels, textWidth } from './labels';
import type { Layer } from './plot';

/** An upright line that a name stands above. */
export interface Guide {
  readonly name: string;
  readonly at: number;
  /** Beside that of all. */
  readonly class?: string;
}

export interface GuidesOptions {
  readonly kind: 'guide' | 'quantile';
  /** From where to where the lines reach. */
  readonly top: number;
  readonly height: number;
  /** Where the names may stand. */
  readonly range: readonly [left: number, right: number];
  /** Where the first row of names stands, and how many rows there is room for above one another. */
  readonly names: number;
  readonly rows: number;
}

const ROW = 13;

/** Draws guides, the most wanted first: of names that would touch one before them, the next row has those that fit. */
export function drawGuides(layer: Layer, guides: readonly Guide[], options: GuidesOptions): void {
  const { kind, top, height, range, names, rows } = options;
  layer
    .selectAll('line')
    .data(guides)
    .join('line')
    .attr('class', guide => `mv-chart-${kind} ${guide.class ?? ''}`.trim())
    .attr('x1', guide => guide.at)
    .attr('x2', guide => guide.at)
    .attr('y1', top)
    .attr('y2', height);
  const told: { readonly name: string; readonly at: number; readonly row: number }[] = [];
  let left = guides;
  for (let row = 0; row < rows; row++) {
    const placed = placeLabels(
      left.map(({ at, name }) => ({ at, width: textWidth(name) })),
      range
    );
    told.push(...left.flatMap(({ name }, i) => (placed[i]!.at === null ? [] : [{ name, at: placed[i]!.at, row }])));
    left = left.filter((_, i) => placed[i]!.at === null);
  }
  layer
    .selectAll('text')
    .data(told)
    .join('text')
    .attr('class', 'mv-chart-level')
    .attr('x', label => label.at)
    .attr('y', label => names - ROW * label.row)
    .text(label => label.name);
}
