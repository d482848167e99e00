import { isReduction } from '../../tensor/selection';
import type { Plane, TensorSource } from '../../tensor/source';
import type { TensorDescriptor } from '../../wire/protocol';
import type { CellPlace } from './layout';
import { indexAt } from '../../tensor/order';
import { facetIndex } from './region';

/** A plane with what is needed to tell the tensor's own indices and values of it: its orders, and its scales. */
export async function arranged(source: TensorSource, plane: Plane): Promise<Plane> {
  const { address, selection } = plane;
  const { dims, component, order = {}, normalise } = selection;
  const [orders, scales] = await Promise.all([
    Promise.all(
      Object.entries(order).map(
        async ([dim, by]) => [dim, await source.order(address, { dims, component }, dim, by)] as const
      )
    ),
    normalise && source.scales(address, selection)
  ]);
  return {
    ...plane,
    ...(orders.length ? { indices: Object.fromEntries(orders) } : {}),
    ...(scales ? { scales } : {})
  };
}

/** What a cell of a normalised plane was divided by; 1 where the plane is not normalised. */
export function scaleAt(plane: Plane, tensor: TensorDescriptor, place: CellPlace): number {
  const { scales, selection, dims } = plane;
  if (!scales) {
    return 1;
  }
  const across = selection.normalise === 'row' ? dims.column : dims.row;
  const facets = facetIndex(plane, place.facet);
  // In C order over all dimensions that are not reduced, but the one that each row (or column) reaches across.
  const at = tensor.dims.reduce((sum, dim, axis) => {
    const use = selection.dims[dim]!;
    if (dim === across || isReduction(use)) {
      return sum;
    }
    const facet = dims.facets.indexOf(dim);
    const seen = dim === dims.row ? place.row : dim === dims.column ? place.column : (facets[facet] ?? 0);
    return sum * tensor.shape[axis]! + (typeof use === 'number' ? use : indexAt(plane, dim, seen));
  }, 0);
  return scales[at] ?? 1;
}
