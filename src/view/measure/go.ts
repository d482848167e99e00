import { withUse } from '../../tensor/selection';
import type { TensorSource } from '../../tensor/source';
import type { TensorDescriptor, ViewState } from '../../wire/protocol';
import type { StateStore } from '../view';
import { measured, selectionOf } from './scope';

/**
 * To one index of a dimension in the matrix. On an axis of the picture it becomes the region, for a picture of one line
 * shows nothing of what surrounds it; of any other dimension it is the index that is looked at. A region is of places:
 * where the axis is in another order, the kernel says where the index stands.
 */
export async function goTo(
  { source, state }: { readonly source: Pick<TensorSource, 'order'>; readonly state: StateStore },
  tensor: TensorDescriptor,
  dim: string,
  index: number
): Promise<void> {
  const { address } = tensor;
  const before = state.value;
  const selection = selectionOf(tensor, before);
  const use = selection.dims[dim];
  if (use !== 'row' && use !== 'column') {
    const slices = { ...before.slices, [address]: withUse(tensor, selection, dim, index) };
    state.set({ address, slices, region: null, tab: 'values' });
    return;
  }
  const by = selection.order?.[dim];
  const place = by ? (await source.order(address, measured(selection), dim, by)).indexOf(index) : index;
  // Who has gone elsewhere meanwhile stays there.
  if (LOOKED_AT.every(key => state.value[key] === before[key])) {
    state.set({ address, region: { [dim]: [place, place + 1] }, tab: 'values' });
  }
}

const LOOKED_AT = ['address', 'tab', 'slices'] as const satisfies readonly (keyof ViewState)[];
