import { anomalyGlyph } from '../../chart/glyph';
import { element, setAttribute } from '../../dom/element';
import { cellStyle } from '../../gl';
import { formatCount } from '../../tensor/format';
import { indexAt } from '../../tensor/order';
import { facetsPerTile, tileAt, TILE_SIDE } from '../../tensor/plane';
import type { Plane } from '../../tensor/source';
import { cellAt } from '../../tensor/tile';
import type { Anomaly, Tile } from '../../tensor/tile';
import type { TileAddress } from '../../wire/protocol';
import type { Camera } from './camera';
import { eachFacet } from './geometry';
import type { CellPlace } from './layout';
import { facetIndex } from './region';
import type { Viewport } from './scene';

const KINDS = ['nan', 'posinf', 'neginf'] as const;
const NAMES: Readonly<Record<Anomaly, string>> = { nan: 'NaN', posinf: '+Inf', neginf: '−Inf' };
type Counts = Readonly<Record<Anomaly, number>>;

export interface Badge {
  /** Where the first of its tiles begins. */
  readonly place: CellPlace;
  readonly level: number;
  readonly counts: Counts;
  /** How many tiles (or facets) it stands for: those that have no room for one of their own are added to a neighbour's. */
  readonly tiles: number;
  /** Its top right corner on the stage, in CSS pixels. */
  readonly x: number;
  readonly y: number;
}

/** Of a badge, in CSS pixels. */
const HEIGHT = 16;
const WIDTH = 21;
const DIGIT = 6.7;
const INSET = 3;

/** What of a plane is not finite where cells have no room for glyphs: a badge for each tile that is in sight, or for each facet. */
export function badgesOf(
  plane: Plane,
  camera: Camera,
  view: Viewport,
  level: number,
  peek: (tile: TileAddress) => Tile | undefined
): Badge[] {
  const { zoom, layout } = camera;
  const cellHeight = layout.cellHeight(zoom);
  const pooled = 2 ** level;
  const high = layout.strip ? cellHeight : cellHeight * pooled;
  if (cellStyle(zoom * pooled * view.ratio, high * view.ratio, view.ratio).glyphs) {
    return [];
  }
  const badges: Badge[] = [];
  const side = TILE_SIDE * pooled;
  eachFacet(camera, view, (facet, left, top) => {
    const firstRow = Math.max(0, Math.floor(-top / cellHeight / side));
    const firstColumn = Math.max(0, Math.floor(-left / zoom / side));
    for (let row = firstRow * side; row < plane.rows && top + row * cellHeight < view.height; row += side) {
      for (
        let column = firstColumn * side;
        column < plane.columns && left + column * zoom < view.width;
        column += side
      ) {
        const tile = peek(tileAt(plane, level, facet, row, column));
        const counts = tile && countsOf(plane, tile, facet);
        if (counts && totalOf(counts) > 0) {
          const right = left + Math.min(plane.columns, column + side) * zoom;
          add(badges, {
            place: { facet, row, column },
            level,
            counts,
            tiles: 1,
            x: Math.min(view.width, right) - INSET,
            y: Math.max(0, top + row * cellHeight) + INSET
          });
        }
      }
    }
  });
  return badges;
}

const totalOf = (counts: Counts): number => KINDS.reduce((sum, kind) => sum + counts[kind], 0);

const widthOf = ({ counts }: Badge): number => WIDTH + DIGIT * formatCount(totalOf(counts)).length;

/** A badge that would lie over another is counted with it. */
function add(badges: Badge[], badge: Badge): void {
  const at = badges.findIndex(
    other =>
      Math.abs(other.y - badge.y) < HEIGHT + INSET &&
      badge.x > other.x - widthOf(other) - INSET &&
      badge.x - widthOf(badge) < other.x + INSET
  );
  const other = badges[at];
  if (!other) {
    badges.push(badge);
    return;
  }
  const sum = (kind: Anomaly): number => other.counts[kind] + badge.counts[kind];
  badges[at] = {
    ...other,
    counts: { nan: sum('nan'), posinf: sum('posinf'), neginf: sum('neginf') },
    tiles: other.tiles + 1
  };
}

const known = new WeakMap<Tile, Counts[]>();

/** Of one facet in a tile. */
function countsOf(plane: Plane, tile: Tile, facet: number): Counts {
  const [facets] = tile.shape;
  if (facets === 1 || tile.nan + tile.posinf + tile.neginf === 0) {
    return tile;
  }
  let counts = known.get(tile);
  if (!counts) {
    counts = Array.from({ length: facets }, (_, index) => countFacet(tile, index));
    known.set(tile, counts);
  }
  return counts[facet % facetsPerTile(plane, tile.level)]!;
}

function countFacet(tile: Tile, facet: number): Counts {
  const counts = { nan: 0, posinf: 0, neginf: 0 };
  const [, rows, columns] = tile.shape;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = cellAt(tile, facet, row, column);
      if (!cell.exact) {
        KINDS.forEach(kind => (counts[kind] += cell[kind]));
      } else if (typeof cell.value === 'number' && !Number.isFinite(cell.value)) {
        counts[Number.isNaN(cell.value) ? 'nan' : cell.value > 0 ? 'posinf' : 'neginf']++;
      }
    }
  }
  return counts;
}

/** The badges on the stage. */
export class Badges {
  readonly node = element('div', { class: 'mv-values-badges' });
  private shown: readonly Badge[] = [];
  private readonly buttons: HTMLButtonElement[] = [];

  constructor(private readonly onGo: (badge: Badge) => void) {}

  update(plane: Plane, badges: readonly Badge[]): void {
    if (badges.length === 0 && this.shown.length === 0) {
      return;
    }
    badges.forEach((badge, at) => this.draw(plane, badge, at));
    this.buttons.splice(badges.length).forEach(button => button.remove());
    this.shown = badges;
  }

  private draw(plane: Plane, badge: Badge, at: number): void {
    const button = (this.buttons[at] ??= this.make(at));
    const { counts, x, y } = badge;
    const kind = KINDS.find(name => counts[name] > 0)!;
    const text = formatCount(totalOf(counts));
    if (button.dataset.drawn !== kind + text) {
      button.dataset.drawn = kind + text;
      button.replaceChildren(anomalyGlyph(kind), text);
    }
    const name = nameOf(plane, badge);
    setAttribute(button, 'aria-label', name);
    setAttribute(button, 'data-mv-tip', `${name}. N goes from one to the next`);
    button.style.transform = `translate(${Math.round(x)}px, ${Math.round(y)}px) translateX(-100%)`;
  }

  private make(at: number): HTMLButtonElement {
    const button = element('button', { type: 'button', class: 'mv-values-badge', tabindex: -1 });
    // The stage would take it for the beginning of a drag.
    button.addEventListener('pointerdown', event => event.stopPropagation());
    button.addEventListener('click', () => {
      const badge = this.shown[at];
      if (badge) {
        this.onGo(badge);
      }
    });
    this.node.append(button);
    return button;
  }
}

/** `12 NaN, 1 +Inf in out 0–255, in 256–511`: what, and where. */
function nameOf(plane: Plane, { counts, tiles, place, level }: Badge): string {
  const what = KINDS.filter(kind => counts[kind] > 0).map(kind => `${formatCount(counts[kind])} ${NAMES[kind]}`);
  return `${what.join(', ')} in ${tiles > 1 ? `${tiles} ${plane.facets > 1 ? 'facets' : 'tiles'}` : whereOf(plane, place, TILE_SIDE * 2 ** level)}`;
}

function whereOf(plane: Plane, { facet, row, column }: CellPlace, side: number): string {
  const { dims } = plane;
  if (plane.facets > 1) {
    const index = facetIndex(plane, facet);
    return dims.facets.map((dim, axis) => `${dim} ${indexAt(plane, dim, index[axis]!)}`).join(', ');
  }
  const span = (dim: string | null, from: number, size: number): string[] =>
    dim === null ? [] : [`${dim} ${from}–${Math.min(size, from + side) - 1}`];
  return [...span(dims.row, row, plane.rows), ...span(dims.column, column, plane.columns)].join(', ');
}
