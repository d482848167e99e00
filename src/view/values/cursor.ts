import type { CellPlace } from './layout';
import type { Stage } from './stage';

export interface CursorOptions {
  readonly stage: Stage;
  readonly onPoint: (place: CellPlace | null, by: 'pointer' | 'keyboard') => void;
  readonly onSelect: (from: CellPlace, to: CellPlace, done: boolean) => void;
  readonly onSelecting: (selecting: boolean) => void;
}

/** The keyboard's cell, and the rectangle that it spans with the one where selecting began. */
export class Cursor {
  cell: CellPlace | null = null;
  private anchor: CellPlace | null = null;

  constructor(private readonly options: CursorOptions) {}

  /** The plane is another: what was pointed at is gone. */
  reset(): void {
    this.cell = null;
    this.rest();
  }

  /** Selects no longer. */
  rest(): void {
    this.anchor = null;
    this.options.onSelecting(false);
  }

  /** Puts a cell in the middle. */
  goTo(place: CellPlace): void {
    const { stage, onPoint } = this.options;
    this.cell = place;
    this.anchor = null;
    stage.centre(place);
    onPoint(place, 'keyboard');
  }

  /** Moves by cells as they are drawn: a pooled one is one step. Past a facet's edge lies the next facet. */
  step([dx, dy]: readonly [number, number], count: number): void {
    const { stage, onSelect, onPoint } = this.options;
    const { camera, plane } = stage;
    const start = this.cell;
    if (!camera || !plane) {
      return;
    }
    let place = start ?? stage.middle();
    if (!place) {
      return;
    }
    if (start) {
      const pooled = 2 ** stage.scene.level;
      place = move(place, dx * count * pooled, dy * count * pooled, stage, this.anchor !== null);
    }
    this.cell = place;
    const rect = stage.rectOf(place, stage.scene.level)!;
    camera.reveal(rect.x + camera.x, rect.y + camera.y, rect.width, rect.height);
    stage.setCursor(place);
    stage.requestDraw();
    if (this.anchor) {
      onSelect(this.anchor, place, true);
    }
    onPoint(place, 'keyboard');
  }

  toggleSelecting(): void {
    const { stage, onSelect, onPoint, onSelecting } = this.options;
    this.cell ??= stage.middle();
    this.anchor = this.anchor ? null : this.cell;
    if (this.anchor) {
      stage.setCursor(this.anchor);
      onSelect(this.anchor, this.anchor, true);
      onPoint(this.anchor, 'keyboard');
    }
    onSelecting(this.anchor !== null);
  }
}

/** A step within a facet, or into the one beside it (never while selecting: a region is of one facet). */
function move({ facet, row, column }: CellPlace, dx: number, dy: number, stage: Stage, stay: boolean): CellPlace {
  const { plane, camera } = stage;
  const { rows, columns } = plane!;
  const { layout } = camera!;
  const clamp = (at: number, size: number): number => Math.max(0, Math.min(size - 1, at));
  const gridRow = layout.gridRow(facet);
  const gridColumn = layout.gridColumn(facet);
  const outX = column + dx < 0 ? -1 : column + dx >= columns ? 1 : 0;
  const outY = row + dy < 0 ? -1 : row + dy >= rows ? 1 : 0;
  // Only from the edge itself: a long step stops there first.
  const atEdgeX = outX < 0 ? column === 0 : column === columns - 1;
  const atEdgeY = outY < 0 ? row === 0 : row === rows - 1;
  const next = layout.facetAt(gridRow + (outY && atEdgeY ? outY : 0), gridColumn + (outX && atEdgeX ? outX : 0));
  if (stay || next < 0 || next === facet) {
    return { facet, row: clamp(row + dy, rows), column: clamp(column + dx, columns) };
  }
  return {
    facet: next,
    row: outY ? (outY > 0 ? 0 : rows - 1) : row,
    column: outX ? (outX > 0 ? 0 : columns - 1) : column
  };
}
