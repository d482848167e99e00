import { levelShape, facetsPerTile, tileAt, TILE_SIDE } from '../../tensor/plane';
import type { Plane, TensorSource } from '../../tensor/source';
import { cellAt } from '../../tensor/tile';
import type { Tile } from '../../tensor/tile';
import type { TileAddress } from '../../wire/protocol';
import type { CellPlace } from './layout';

/** A cell this many levels up covers no more than one tile. */
const DESCENT = 8;
/** A tile that has not come by then will not come. */
const PATIENCE = 10_000;

/**
 * Finds values that are not finite, one after the other, by the counts that pooled cells have: it reads the coarsest level
 * and the tiles that hold one. They come in the order of the coarsest cells, and in reading order within each.
 */
export class AnomalySearch {
  private latest = 0;

  constructor(
    private readonly source: TensorSource,
    /** Names the requests: another than the picture's. */
    private readonly id: string
  ) {}

  /** The next one after a cell, beginning anew past the last; null where there is none, or something newer is sought. */
  async next(plane: Plane, after: CellPlace | null): Promise<CellPlace | null> {
    const search = ++this.latest;
    const level = plane.levels - 1;
    const whole = [0, 0, ...levelShape(plane, level)] as const;
    const first = after?.facet ?? 0;
    for (let step = 0; step <= plane.facets; step++) {
      const facet = (first + step) % plane.facets;
      // The facet that it began in is looked through once more at the end, from its beginning.
      const found = await this.within(plane, level, facet, whole, step === 0 ? after : null);
      if (found || search !== this.latest) {
        return search === this.latest ? found : null;
      }
    }
    return null;
  }

  /** The first one in a tile of a level that begins at a cell. */
  async first(plane: Plane, level: number, { facet, row, column }: CellPlace): Promise<CellPlace | null> {
    const search = ++this.latest;
    const corner = [row / 2 ** level, column / 2 ** level, TILE_SIDE, TILE_SIDE] as const;
    const found = await this.within(plane, level, facet, corner, null);
    return search === this.latest ? found : null;
  }

  dispose(): void {
    this.latest++;
    this.source.forget(this.id);
  }

  /** The first in a rectangle of a level's cells that comes after a cell. */
  private async within(
    plane: Plane,
    level: number,
    facet: number,
    [top, left, rows, columns]: readonly [top: number, left: number, rows: number, columns: number],
    after: CellPlace | null
  ): Promise<CellPlace | null> {
    const pooled = 2 ** level;
    const [levelRows, levelColumns] = levelShape(plane, level);
    const fromRow = after ? Math.floor(after.row / pooled) : top;
    const fromColumn = after ? Math.floor(after.column / pooled) : left;
    for (let row = fromRow; row < Math.min(top + rows, levelRows); row++) {
      for (
        let column = row === fromRow ? fromColumn : left;
        column < Math.min(left + columns, levelColumns);
        column++
      ) {
        const tile = await this.tile(plane, tileAt(plane, level, facet, row * pooled, column * pooled));
        if (!tile || !isAnomalous(plane, tile, facet, row, column)) {
          continue;
        }
        const here = after !== null && row === fromRow && column === fromColumn;
        if (level === 0) {
          if (!here) {
            return { facet, row, column };
          }
          continue;
        }
        const next = Math.max(0, level - DESCENT);
        const side = 2 ** (level - next);
        const inside = [row * side, column * side, side, side] as const;
        const found = await this.within(plane, next, facet, inside, here ? after : null);
        if (found) {
          return found;
        }
      }
    }
    return null;
  }

  private async tile(plane: Plane, address: TileAddress): Promise<Tile | undefined> {
    const held = this.source.peek(plane, address);
    if (held) {
      return held;
    }
    return new Promise(resolve => {
      const settle = (tile: Tile | undefined): void => {
        clearTimeout(timer);
        this.source.tilesArrived.disconnect(onTiles);
        resolve(tile);
      };
      const onTiles = (): void => {
        const tile = this.source.peek(plane, address);
        if (tile) {
          settle(tile);
        }
      };
      const timer = setTimeout(() => settle(undefined), PATIENCE);
      this.source.tilesArrived.connect(onTiles);
      this.source.want(this.id, plane, [address]);
    });
  }
}

function isAnomalous(plane: Plane, tile: Tile, facet: number, row: number, column: number): boolean {
  if (tile.nan + tile.posinf + tile.neginf === 0) {
    return false;
  }
  const place = facet % facetsPerTile(plane, tile.level);
  const cell = cellAt(tile, place, row - tile.row * TILE_SIDE, column - tile.column * TILE_SIDE);
  return cell.exact
    ? typeof cell.value === 'number' && !Number.isFinite(cell.value)
    : cell.nan + cell.posinf + cell.neginf > 0;
}
