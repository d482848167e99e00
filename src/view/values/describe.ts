import { formatStatistic, formatValue } from '../../tensor/format';
import { isHidden } from '../../tensor/colour';
import { indexAt } from '../../tensor/order';
import type { Plane } from '../../tensor/source';
import { cellAt } from '../../tensor/tile';
import type { Cell, PooledStatistic, Tile } from '../../tensor/tile';
import { facetsPerTile, levelShape, tileAt, TILE_SIDE } from '../../tensor/plane';
import type { Hidden, TileAddress } from '../../wire/protocol';
import type { CellPlace } from './layout';
import { facetIndex } from './region';

/** A cell as it is drawn: which source indices it covers, and what it holds. */
export interface DrawnCell {
  readonly tile: Tile;
  readonly level: number;
  readonly facet: number;
  readonly rows: readonly [number, number];
  readonly columns: readonly [number, number];
  readonly cell: Cell;
}

/** Of a pooled cell's indices that stand in another order, so many are named. */
const SOME = 3;
const HALF_DIGITS = 3;
/** Under it half precision has fewer than three digits, down to none: docs/protocol.md, 'Tiles in Arrow'. */
const HALF_NORMAL = 2 ** -14;
const FLOAT_DIGITS = 6;
const PHASE = ' rad';

/** The finest cell at a place that is held, from the level that is drawn upwards. */
export function drawnCell(
  plane: Plane,
  level: number,
  place: CellPlace,
  peek: (tile: TileAddress) => Tile | undefined
): DrawnCell | null {
  for (let at = level; at < plane.levels; at++) {
    const address = tileAt(plane, at, place.facet, place.row, place.column);
    const tile = peek(address);
    if (tile) {
      const pooled = 2 ** at;
      const row = Math.floor(place.row / pooled);
      const column = Math.floor(place.column / pooled);
      return {
        tile,
        level: at,
        ...coveredBy(plane, at, place),
        cell: cellAt(
          tile,
          place.facet % facetsPerTile(plane, at),
          row - address[2] * TILE_SIDE,
          column - address[3] * TILE_SIDE
        )
      };
    }
  }
  return null;
}

/** The source indices that a level's cell stands for. The last ones stand for what is left. */
export function coveredBy(
  plane: Plane,
  level: number,
  { facet, row, column }: CellPlace
): Pick<DrawnCell, 'facet' | 'rows' | 'columns'> {
  const pooled = 2 ** level;
  const [lastRow, lastColumn] = levelShape(plane, level);
  const r = Math.min(lastRow - 1, Math.floor(row / pooled)) * pooled;
  const c = Math.min(lastColumn - 1, Math.floor(column / pooled)) * pooled;
  return {
    facet,
    rows: [r, Math.min(plane.rows, r + pooled)],
    columns: [c, Math.min(plane.columns, c + pooled)]
  };
}

/** `[211, 87]`, `[3, mean, 208–215]`: a part for each dimension of the tensor, in its order. */
export function indexText(
  plane: Plane,
  dims: readonly string[],
  { facet, rows, columns }: Pick<DrawnCell, 'facet' | 'rows' | 'columns'>
): string {
  const span = (dim: string, [start, end]: readonly [number, number]): string => {
    if (end - start > 1 && plane.indices?.[dim]) {
      // No range says which they are.
      const some = Array.from({ length: Math.min(SOME, end - start) }, (_, i) => indexAt(plane, dim, start + i));
      return `{${some.join(' ')}${end - start > SOME ? ' …' : ''}}`;
    }
    return end - start > 1 ? `${start}–${end - 1}` : String(indexAt(plane, dim, start));
  };
  const facets = facetIndex(plane, facet);
  const parts = dims.map(dim => {
    if (dim === plane.dims.row) {
      return span(dim, rows);
    }
    if (dim === plane.dims.column) {
      return span(dim, columns);
    }
    const axis = plane.dims.facets.indexOf(dim);
    return axis >= 0 ? String(indexAt(plane, dim, facets[axis]!)) : String(plane.selection.dims[dim]);
  });
  return `[${parts.join(', ')}]`;
}

/** A tile's encoding, but the dtype where that changes how a value is written. */
export const encodingOf = (plane: Plane, tile: Tile): string =>
  plane.dtype === 'bool' && tile.encoding === 'uint8' ? 'bool' : tile.encoding;

export interface CellText {
  readonly index: string;
  readonly value: string;
  readonly note: string;
}

/** `scale` is what a cell of a normalised plane was divided by. */
export function cellText(
  plane: Plane,
  dims: readonly string[],
  drawn: DrawnCell,
  shown: PooledStatistic,
  scale = 1
): CellText {
  const index = indexText(plane, dims, drawn);
  const { cell, tile, rows, columns } = drawn;
  const unit = plane.selection.component === 'phase' ? PHASE : '';
  const { normalise } = plane.selection;
  if (cell.exact && normalise) {
    // The tensor's own value, as near as a division and its undoing leave it.
    return {
      index,
      value: formatStatistic(Number(cell.value) * scale, FLOAT_DIGITS) + unit,
      note: `${formatStatistic(Number(cell.value), FLOAT_DIGITS)} of its ${normalise}'s largest`
    };
  }
  if (cell.exact) {
    const reduced = Object.values(plane.selection.dims).find(use =>
      ['mean', 'min', 'max', 'sum', 'std', 'norm'].includes(String(use))
    );
    const component = plane.selection.component;
    const note = [
      component === 'value' ? '' : component,
      reduced === undefined ? 'exact' : `${reduced} over ${reducedDims(plane)}`
    ];
    return {
      index,
      value: formatValue(cell.value, encodingOf(plane, tile)) + unit,
      note: note.filter(Boolean).join(' · ')
    };
  }
  const text = textOf(tile, plane.dtype);
  const said = (['mean', 'min', 'max'] as const)
    .map(name => [name, text(cell[name]) + unit] as const)
    // What the colour shows is said first.
    .sort(([a], [b]) => Number(b === shown) - Number(a === shown))
    .map(([name, value]) => `${name} ${value}`);
  const counts = (['nan', 'posinf', 'neginf'] as const)
    .filter(name => cell[name] > 0)
    .map(name => `${cell[name]} ${{ nan: 'NaN', posinf: '+Inf', neginf: '−Inf' }[name]}`);
  const finite = !Number.isNaN(cell.mean);
  return {
    index,
    value: [...(finite ? said : []), ...counts].join(' · '),
    note: `pooled ${rows[1] - rows[0]} × ${columns[1] - columns[0]}${normalise ? `, of each ${normalise}'s largest` : ''}`
  };
}

/** That a cell is not drawn, and by which of its numbers that was decided; empty where it is drawn. */
export function hiddenNote(cell: Cell, shown: PooledStatistic, hidden: Hidden): string {
  const value = cell.exact ? Number(cell.value) : cell[shown];
  const anomalous = !cell.exact && cell.nan + cell.posinf + cell.neginf > 0;
  if (!Number.isFinite(value) || anomalous || !isHidden(hidden, value)) {
    return '';
  }
  return `hidden: |${cell.exact ? 'x' : shown}| ${hidden.side} ${formatStatistic(hidden.threshold, 5)}`;
}

/** How a tile's pooled numbers are written: with no more digits than they have. */
function textOf(tile: Tile, dtype: string): (number: number) => string {
  if (tile.encoding !== 'float16') {
    return number => formatStatistic(number, FLOAT_DIGITS);
  }
  const whole = dtype === 'bool' || dtype.includes('int');
  return number =>
    Math.abs(number) < HALF_NORMAL && !(whole && number === 0)
      ? `≈ ${formatStatistic(number, 1)}`
      : formatStatistic(number, HALF_DIGITS);
}

const reducedDims = (plane: Plane): string =>
  Object.entries(plane.selection.dims)
    .filter(([, use]) => typeof use === 'string' && !['row', 'column', 'facet'].includes(use))
    .map(([dim]) => dim)
    .join(', ');

/** `[211, 87] = −0.0372`; a pooled cell names its statistics instead. */
export const readoutText = ({ index, value }: CellText, exact: boolean): string =>
  exact ? `${index} = ${value}` : `${index} ${value}`;

/** A value in as many characters as a cell has room for; empty where it has none. */
export function shortValue(value: number | bigint, encoding: string, room: number): string {
  if (encoding === 'bool' || encoding.includes('int')) {
    const text = formatValue(value, encoding);
    if (text.length <= room) {
      return text;
    }
  }
  for (let digits = 4; digits > 0; digits--) {
    const text = formatStatistic(Number(value), digits);
    if (text.length <= room) {
      return text;
    }
  }
  return '';
}
