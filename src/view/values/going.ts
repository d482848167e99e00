import { placeOf } from '../../tensor/order';
import type { Plane } from '../../tensor/source';
import type { Bookmark, Place, TensorDescriptor } from '../../wire/protocol';
import type { StateStore } from '../view';
import type { CellPlace } from './layout';
import { selectionFor } from './opening';
import { parseIndex } from './index-text';
import { facetIndex } from './region';
import type { Stage } from './stage';

type Index = Readonly<Record<string, number>>;

/** A bookmark is gone to by the view of its tensor, which may have to be made first: what it is to show when it is there. */
const arrivals = new WeakMap<StateStore, { readonly address: string; readonly place: Place | null }>();

export interface GoingOptions {
  readonly stage: Stage;
  readonly state: StateStore;
  readonly tensor: TensorDescriptor;
  /** The cell that was gone to is to be pointed at. */
  readonly onCell: (place: CellPlace) => void;
}

/** Going to an index that is typed, and to a place that was kept; if need be when its slice is there. */
export class Going {
  private pending: Index | null = null;

  constructor(private readonly options: GoingOptions) {}

  /** Goes to what was typed, or says what is wrong with it. */
  toIndex(text: string): string | null {
    const { state, tensor, stage } = this.options;
    const selection = selectionFor(tensor, state.value);
    const target = parseIndex(text, tensor, selection);
    if ('problem' in target) {
      return target.problem;
    }
    const { index } = target;
    const moved = Object.entries(index).filter(([dim, at]) => {
      const use = selection.dims[dim];
      return typeof use === 'number' && use !== at;
    });
    if (moved.length) {
      this.pending = index;
      const sliced = { ...selection, dims: { ...selection.dims, ...Object.fromEntries(moved) } };
      state.set({ slices: { ...state.value.slices, [tensor.address]: sliced } });
    } else if (stage.plane) {
      this.toCell(stage.plane, index);
    }
    return null;
  }

  /** Keeps what is on screen. */
  bookmark(name: string): void {
    const { state, tensor, stage } = this.options;
    const { colour, aspect, bookmarks } = state.value;
    const kept: Bookmark = {
      name,
      address: tensor.address,
      selection: selectionFor(tensor, state.value),
      place: stage.camera?.place ?? null,
      colour,
      aspect
    };
    state.set({ bookmarks: [...bookmarks, kept] });
  }

  toBookmark({ address, selection, place, colour, aspect }: Bookmark, node: string): void {
    const { state, stage, tensor } = this.options;
    const same = stage.plane;
    arrivals.set(state, { address, place });
    state.set({
      node,
      address,
      tab: 'values',
      slices: { ...state.value.slices, [address]: selection },
      colour,
      aspect
    });
    // Of the same slice no plane is opened again.
    if (tensor.address === address && stage.plane === same) {
      this.arrive(true);
    }
  }

  /** A plane is about to be shown. */
  opening(): void {
    this.arrive(false);
  }

  /** It is shown. */
  opened(plane: Plane): void {
    const { pending } = this;
    this.pending = null;
    if (pending) {
      this.toCell(plane, pending);
    }
  }

  private arrive(now: boolean): void {
    const { state, tensor, stage } = this.options;
    const arrival = arrivals.get(state);
    if (arrival?.address === tensor.address) {
      arrivals.delete(state);
      stage.goTo(arrival.place, now);
    }
  }

  /** What is not named stays as it is. */
  private toCell(plane: Plane, index: Index): void {
    const { stage, onCell } = this.options;
    const from = stage.cursorCell ?? stage.middle();
    if (from) {
      const facets = facetIndex(plane, from.facet);
      const at = (dim: string | null, otherwise: number): number =>
        dim !== null && index[dim] !== undefined ? placeOf(plane, dim, index[dim]) : otherwise;
      const facet = plane.dims.facets.reduce(
        (number, dim, axis) => number * plane.facetShape[axis]! + at(dim, facets[axis]!),
        0
      );
      onCell({ facet, row: at(plane.dims.row, from.row), column: at(plane.dims.column, from.column) });
    }
  }
}
