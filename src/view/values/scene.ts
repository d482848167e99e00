import { INSTANCE } from '../../gl';
import type { TileDraw } from '../../gl';
import { facetsPerTile, levelShape, TILE_SIDE } from '../../tensor/plane';
import type { Plane } from '../../tensor/source';
import type { Tile } from '../../tensor/tile';
import type { TileAddress } from '../../wire/protocol';
import type { Camera } from './camera';

/** What the scene is seen through: CSS pixels, and device pixels for each. */
export interface Viewport {
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
  /** Tiles nearest to this point are wished for first. */
  readonly focus: readonly [x: number, y: number] | null;
}

/** Of a cell. */
const INSET = 1e-3;

interface Entry {
  address: TileAddress;
  tile: Tile | undefined;
  rectangles: number[];
  distance: number;
}

/** The finest level whose cells are at least one device pixel wide. */
export function levelFor(zoom: number, ratio: number, levels: number): number {
  const level = Math.ceil(-Math.log2(zoom * ratio) - 1e-6);
  return Math.max(0, Math.min(levels - 1, level));
}

/**
 * One frame: which tiles show through a camera, where each of their facets goes, and which are to be asked for. No place
 * is drawn twice: where a tile is not held, the finest coarser one that is stands in for it.
 */
export class Scene {
  level = 0;
  draws: TileDraw[] = [];
  instances = new Float32Array(64 * INSTANCE);
  /** Most wanted first; coarse tiles stand first where nothing is held. */
  wished: TileAddress[] = [];
  /** Every visible tile of the level is held. */
  complete = false;
  /** Something visible has no tile at all. */
  blank = false;

  private readonly entries = new Map<string, Entry>();
  private readonly pool: Entry[] = [];
  private peek!: (tile: TileAddress) => Tile | undefined;

  build(plane: Plane, camera: Camera, view: Viewport, peek: (tile: TileAddress) => Tile | undefined): void {
    this.peek = peek;
    this.recycle();
    // The narrower side decides: a row that is thinner than a pixel would be passed over, and what it holds with it.
    const narrow = camera.layout.strip ? camera.zoom : Math.min(camera.zoom, camera.layout.cellHeight(camera.zoom));
    this.level = levelFor(narrow, view.ratio, plane.levels);
    this.complete = true;
    this.blank = false;
    const { layout, zoom } = camera;
    const pitchX = layout.pitchX(zoom);
    const pitchY = layout.pitchY(zoom);
    const firstColumn = Math.max(0, Math.floor(camera.x / pitchX));
    const lastColumn = Math.min(layout.across, Math.ceil((camera.x + view.width) / pitchX));
    const firstRow = Math.max(0, Math.floor(camera.y / pitchY));
    const lastRow = Math.min(layout.down, Math.ceil((camera.y + view.height) / pitchY));
    for (let gridRow = firstRow; gridRow < lastRow; gridRow++) {
      for (let gridColumn = firstColumn; gridColumn < lastColumn; gridColumn++) {
        const facet = layout.facetAt(gridRow, gridColumn);
        if (facet >= 0) {
          this.facet(plane, camera, view, facet, gridColumn * pitchX - camera.x, gridRow * pitchY - camera.y);
        }
      }
    }
    this.finish(plane, camera, view);
  }

  /** One facet's visible cells, tile by tile. */
  private facet(plane: Plane, camera: Camera, view: Viewport, facet: number, left: number, top: number): void {
    const { level } = this;
    const cellWidth = camera.zoom;
    const cellHeight = camera.layout.cellHeight(camera.zoom);
    const side = TILE_SIDE * 2 ** level;
    const c0 = Math.max(0, Math.floor(-left / cellWidth));
    const c1 = Math.min(plane.columns, Math.ceil((view.width - left) / cellWidth));
    const r0 = Math.max(0, Math.floor(-top / cellHeight));
    const r1 = Math.min(plane.rows, Math.ceil((view.height - top) / cellHeight));
    const group = Math.floor(facet / facetsPerTile(plane, level));
    const focusX = view.focus ? view.focus[0] : view.width / 2;
    const focusY = view.focus ? view.focus[1] : view.height / 2;
    for (let tileRow = Math.floor(r0 / side); tileRow * side < r1; tileRow++) {
      for (let tileColumn = Math.floor(c0 / side); tileColumn * side < c1; tileColumn++) {
        const entry = this.entry(level, group, tileRow, tileColumn);
        const rowFrom = Math.max(r0, tileRow * side);
        const rowTo = Math.min(r1, (tileRow + 1) * side);
        const columnFrom = Math.max(c0, tileColumn * side);
        const columnTo = Math.min(c1, (tileColumn + 1) * side);
        const x = left + columnFrom * cellWidth;
        const y = top + rowFrom * cellHeight;
        const width = (columnTo - columnFrom) * cellWidth;
        const height = (rowTo - rowFrom) * cellHeight;
        const away = Math.hypot(
          Math.max(x - focusX, 0, focusX - x - width),
          Math.max(y - focusY, 0, focusY - y - height)
        );
        entry.distance = Math.min(entry.distance, away);
        let held: Entry | null = entry;
        if (!entry.tile) {
          this.complete = false;
          held = this.coarser(plane, facet, rowFrom, columnFrom);
          if (!held) {
            this.blank = true;
            continue;
          }
        }
        place(held, plane, facet, view.ratio, x, y, width, height, columnFrom, rowFrom, columnTo, rowTo);
      }
    }
  }

  /** The finest coarser tile that is held and covers a cell; what is not held of the coarsest level is wished for. */
  private coarser(plane: Plane, facet: number, row: number, column: number): Entry | null {
    for (let level = this.level + 1; level < plane.levels; level++) {
      const side = TILE_SIDE * 2 ** level;
      const entry = this.entry(
        level,
        Math.floor(facet / facetsPerTile(plane, level)),
        Math.floor(row / side),
        Math.floor(column / side)
      );
      if (entry.tile) {
        return entry;
      }
      // Only the coarsest level is worth asking for on the way to the finer one.
      if (level === plane.levels - 1) {
        entry.distance = -1;
      }
    }
    return null;
  }

  private entry(level: number, facet: number, row: number, column: number): Entry {
    const key = `${level}/${facet}/${row}/${column}`;
    let entry = this.entries.get(key);
    if (!entry) {
      entry = this.pool.pop() ?? { address: [0, 0, 0, 0], tile: undefined, rectangles: [], distance: 0 };
      entry.address = [level, facet, row, column];
      entry.tile = this.peek(entry.address);
      entry.distance = Infinity;
      this.entries.set(key, entry);
    }
    return entry;
  }

  private finish(plane: Plane, camera: Camera, view: Viewport): void {
    let total = 0;
    for (const { rectangles } of this.entries.values()) {
      total += rectangles.length;
    }
    if (total > this.instances.length) {
      this.instances = new Float32Array(2 ** Math.ceil(Math.log2(total)));
    }
    this.draws = [];
    const wished: Entry[] = [];
    let at = 0;
    for (const [key, entry] of this.entries) {
      const { tile, rectangles, distance, address } = entry;
      if (distance < Infinity) {
        wished.push(entry);
      }
      if (tile && rectangles.length) {
        this.instances.set(rectangles, at);
        const pooled = 2 ** address[0] * view.ratio;
        this.draws.push({
          key: `${plane.key}/${key}`,
          tile,
          first: at / INSTANCE,
          count: rectangles.length / INSTANCE,
          cellWidth: camera.zoom * pooled,
          cellHeight: camera.layout.cellHeight(camera.zoom) * (camera.layout.strip ? view.ratio : pooled)
        });
        at += rectangles.length;
      }
    }
    this.wished = wished.sort((a, b) => a.distance - b.distance).map(entry => entry.address);
  }

  private recycle(): void {
    for (const entry of this.entries.values()) {
      entry.rectangles.length = 0;
      entry.tile = undefined;
      this.pool.push(entry);
    }
    this.entries.clear();
  }
}

/**
 * A rectangle of source cells, as its tile holds it. The last pooled cell covers fewer source cells: it is drawn as wide
 * as they are.
 */
function place(
  entry: Entry,
  plane: Plane,
  facet: number,
  ratio: number,
  x: number,
  y: number,
  width: number,
  height: number,
  column: number,
  row: number,
  columnEnd: number,
  rowEnd: number
): void {
  const [level, , tileRow, tileColumn] = entry.address;
  const pooled = 2 ** level;
  const rows = Math.min(levelShape(plane, level)[0], TILE_SIDE);
  const stacked = (facet % facetsPerTile(plane, level)) * rows;
  // Facets are stacked in a texture: a rounding error must not read the neighbour's row.
  const inset = plane.facets > 1 ? INSET : 0;
  entry.rectangles.push(
    x * ratio,
    y * ratio,
    width * ratio,
    height * ratio,
    column / pooled - tileColumn * TILE_SIDE,
    row / pooled - tileRow * TILE_SIDE + stacked + inset,
    (columnEnd - column) / pooled,
    (rowEnd - row) / pooled - 2 * inset
  );
}

/** Float32 tells 2^24 numbers of one magnitude apart: values nearer to each other than that are drawn from their least. */
export function originOf({ dtype, statistics: { min, max } }: Plane): number {
  const low = Number(min ?? 0);
  const close = Math.abs(low) > 2 ** 12 * (Number(max ?? 0) - low);
  return /64|128/.test(dtype) && close ? low : 0;
}
