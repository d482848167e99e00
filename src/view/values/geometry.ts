import type { Plane } from '../../tensor/source';
import type { Camera } from './camera';
import { coveredBy } from './describe';
import type { CellPlace } from './layout';
import { firstFacet } from './region';
import type { Region } from './region';

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Where a cell (or the pooled cell that covers it) is, from the stage's corner, in CSS pixels. */
export function rectOf(plane: Plane, camera: Camera, place: CellPlace, level = 0): DOMRectReadOnly {
  const { facet, rows, columns } = coveredBy(plane, level, place);
  return rectOfCells(camera, facet, rows, columns);
}

/** Where a region is, in the first of its facets. */
export const rectOfRegion = (plane: Plane, camera: Camera, region: Region): DOMRectReadOnly =>
  rectOfCells(camera, firstFacet(plane, region), region.rows, region.columns);

type Span = readonly [number, number];

function rectOfCells({ layout, zoom, x, y }: Camera, facet: number, rows: Span, columns: Span): DOMRectReadOnly {
  const cellHeight = layout.cellHeight(zoom);
  return new DOMRectReadOnly(
    layout.facetX(facet, zoom) + columns[0] * zoom - x,
    layout.facetY(facet, zoom) + rows[0] * cellHeight - y,
    (columns[1] - columns[0]) * zoom,
    (rows[1] - rows[0]) * cellHeight
  );
}

/** The cell in the middle of what is seen. */
export function middleCell({ layout, zoom, x, y }: Camera, { width, height }: Size): CellPlace {
  const middle = (at: number, space: number, content: number): number =>
    (Math.max(0, at) + Math.min(content, at + space)) / 2;
  return layout.nearest(middle(x, width, layout.width(zoom)), middle(y, height, layout.height(zoom)), zoom);
}

/** Whether any of a rectangle is on the stage. */
export const isInSight = ({ left, right, top, bottom }: DOMRectReadOnly, { width, height }: Size): boolean =>
  right > 0 && bottom > 0 && left < width && top < height;

/** Every visible facet, with its top left corner on the stage. */
export function eachFacet(camera: Camera, view: Size, visit: (facet: number, left: number, top: number) => void): void {
  const { layout, zoom } = camera;
  const pitchX = layout.pitchX(zoom);
  const pitchY = layout.pitchY(zoom);
  const lastRow = Math.min(layout.down, Math.ceil((camera.y + view.height) / pitchY));
  const lastColumn = Math.min(layout.across, Math.ceil((camera.x + view.width) / pitchX));
  for (let row = Math.max(0, Math.floor(camera.y / pitchY)); row < lastRow; row++) {
    for (let column = Math.max(0, Math.floor(camera.x / pitchX)); column < lastColumn; column++) {
      const facet = layout.facetAt(row, column);
      if (facet >= 0) {
        visit(facet, column * pitchX - camera.x, row * pitchY - camera.y);
      }
    }
  }
}
