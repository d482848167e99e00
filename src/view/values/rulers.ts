import { Ruler } from '../../chart/ruler';
import { indexAt } from '../../tensor/order';
import type { Plane } from '../../tensor/source';
import type { Camera } from './camera';
import type { CellPlace } from './layout';
import { facetIndex } from './region';
import type { Stage } from './stage';

interface Axis {
  readonly label: string;
  readonly start: number;
  readonly end: number;
  readonly pixels: readonly [number, number];
  readonly size: number;
  readonly highlight: number | null;
  readonly indexAt: ((place: number) => number) | undefined;
}

/** The rulers beside a stage: the indices of cells, or of facets where facets make the axis. */
export class Rulers {
  readonly top = new Ruler('top');
  readonly left = new Ruler('left');

  private room = '';

  /** Gives a plane's rulers the space that they take whatever is zoomed to, in the grid that they stand in. */
  makeRoom({ style }: HTMLElement, plane: Plane): void {
    const longest = Math.max(plane.rows, plane.facetShape.length === 2 ? plane.facetShape[0]! : 0);
    const [left, top] = [Ruler.thickness('left', longest), Ruler.thickness('top', plane.columns)];
    const room = `${left} ${top}`;
    if (room !== this.room) {
      this.room = room;
      style.setProperty('--mv-ruler-left', `${left}px`);
      style.setProperty('--mv-ruler-top', `${top}px`);
    }
  }

  update(stage: Stage, hover: CellPlace | null): void {
    const { plane, camera } = stage;
    if (plane && camera) {
      this.top.update(across(plane, camera, stage.width, hover));
      this.left.update(downwards(plane, camera, stage.height, hover));
    }
  }

  dispose(): void {
    this.top.dispose();
    this.left.dispose();
  }
}

function across(plane: Plane, camera: Camera, space: number, hover: CellPlace | null): Axis {
  const { layout, zoom, x } = camera;
  return axis({
    at: x,
    space,
    content: layout.width(zoom),
    count: layout.across,
    pitch: layout.pitchX(zoom),
    gap: layout.gap(zoom),
    cell: zoom,
    cells: plane.dims.column === null ? 0 : plane.columns,
    dim: plane.dims.column ?? '',
    facetDim: plane.dims.facets.length === 2 && layout.bands === 1 ? plane.dims.facets[1]! : null,
    // The wrapped facets' dimension is named once, over all of them; so is what runs across each band.
    fallback: layout.wrapped
      ? plane.dims.facets[0]!
      : layout.bands > 1 && layout.inBand > 1
        ? `${plane.dims.facets[1]} 0–${layout.inBand - 1} across each band`
        : '',
    plane,
    hoverCell: hover?.column ?? null,
    hoverFacet: hover && (facetIndex(plane, hover.facet)[1] ?? null)
  });
}

function downwards(plane: Plane, camera: Camera, space: number, hover: CellPlace | null): Axis {
  const { layout, zoom, y } = camera;
  return axis({
    at: y,
    space,
    content: layout.height(zoom),
    count: layout.down,
    pitch: layout.pitchY(zoom),
    gap: layout.gap(zoom) + layout.label(zoom),
    cell: layout.cellHeight(zoom),
    cells: plane.dims.row === null ? 0 : plane.rows,
    dim: plane.dims.row ?? '',
    facetDim: plane.dims.facets.length === 2 ? plane.dims.facets[0]! : null,
    fallback: '',
    plane,
    hoverCell: hover?.row ?? null,
    hoverFacet: hover && (facetIndex(plane, hover.facet)[0] ?? null)
  });
}

interface Measures {
  readonly plane: Plane;
  readonly at: number;
  readonly space: number;
  readonly content: number;
  /** Facets along the axis. */
  readonly count: number;
  readonly pitch: number;
  readonly gap: number;
  readonly cell: number;
  readonly cells: number;
  readonly dim: string;
  readonly facetDim: string | null;
  readonly fallback: string;
  readonly hoverCell: number | null;
  readonly hoverFacet: number | null;
}

const namesOf = (plane: Plane, dim: string): Axis['indexAt'] =>
  plane.indices?.[dim] && (place => indexAt(plane, dim, place));

function axis(m: Measures): Axis {
  const from = Math.max(0, -m.at);
  const to = Math.max(from, Math.min(m.space, m.content - m.at));
  const first = Math.max(0, Math.floor((m.at + from) / m.pitch));
  const last = Math.min(m.count - 1, Math.floor((m.at + to - 1) / m.pitch));
  if (m.count === 1 || first === last) {
    // One facet along this axis: its cells.
    const origin = first * m.pitch - m.at;
    const begin = Math.max(from, origin);
    const end = Math.max(begin, Math.min(to, origin + m.pitch - (m.count > 1 ? m.gap : 0)));
    return {
      label: m.facetDim && m.count > 1 ? `${m.dim} of ${m.facetDim} ${indexAt(m.plane, m.facetDim, first)}` : m.dim,
      start: (begin - origin) / m.cell,
      end: (end - origin) / m.cell,
      pixels: [begin, end],
      size: m.cells,
      highlight: m.hoverCell,
      indexAt: namesOf(m.plane, m.dim)
    };
  }
  if (m.facetDim === null) {
    return { label: m.fallback, start: 0, end: 0, pixels: [from, to], size: 0, highlight: null, indexAt: undefined };
  }
  return {
    label: m.facetDim,
    start: (m.at + from + m.gap / 2) / m.pitch,
    end: (m.at + to + m.gap / 2) / m.pitch,
    pixels: [from, to],
    size: m.count,
    highlight: m.hoverFacet,
    indexAt: namesOf(m.plane, m.facetDim)
  };
}
