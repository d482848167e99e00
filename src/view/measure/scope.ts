import { defaultSelection, isReduction, selectionProblem } from '../../tensor/selection';
import type { Scope, Selection, TensorDescriptor, ViewState } from '../../wire/protocol';

/** The selection that the state names for a tensor, where it is one; else the tensor's own. */
export function selectionOf(tensor: TensorDescriptor, { slices }: Pick<ViewState, 'slices'>): Selection {
  const chosen = Object.hasOwn(slices, tensor.address) ? slices[tensor.address] : undefined;
  return chosen && selectionProblem(tensor, chosen) === null ? chosen : defaultSelection(tensor);
}

/** Whether a slice is less than the whole. */
export const isSliced = ({ dims }: Selection): boolean => Object.values(dims).some(use => typeof use === 'number');

/** What is measured of a selection: the tensor's own numbers, in whatever order and scale the picture has them. */
export const measured = ({ dims, component }: Selection): Selection => ({ dims, component });

/** A name for the values that are measured: what else a selection says changes none of the numbers. */
export function measuredKey(tensor: TensorDescriptor, { dims, component }: Selection, scope: Scope): string {
  const uses = tensor.dims.map(dim => {
    const use = dims[dim]!;
    return isReduction(use) || (scope === 'slice' && typeof use === 'number') ? use : null;
  });
  return JSON.stringify([scope, component, uses]);
}

/** The dimensions that the measured values have. */
export const measuredDims = (tensor: TensorDescriptor, { dims }: Selection, scope: Scope): string[] =>
  tensor.dims.filter(dim => !isReduction(dims[dim]!) && !(scope === 'slice' && typeof dims[dim] === 'number'));
