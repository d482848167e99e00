import { withUse } from '../../tensor/selection';
import type { Selection, TensorDescriptor } from '../../wire/protocol';
import type { StateStore } from '../view';

/**
 * To one index of a dimension in the matrix. On an axis of the picture it becomes the region, for a picture of one line
 * shows nothing of what surrounds it; of any other dimension it is the index that is looked at.
 */
export function goTo(
  state: StateStore,
  tensor: TensorDescriptor,
  selection: Selection,
  dim: string,
  index: number
): void {
  const use = selection.dims[dim];
  if (use === 'row' || use === 'column') {
    state.set({ address: tensor.address, region: { [dim]: [index, index + 1] }, tab: 'values' });
    return;
  }
  const slices = { ...state.value.slices, [tensor.address]: withUse(tensor, selection, dim, index) };
  state.set({ address: tensor.address, slices, region: null, tab: 'values' });
}
