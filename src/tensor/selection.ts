import { COMPLEX_COMPONENTS, ORDERS, STATISTICS } from '../wire/protocol';
import type { Axis, Component, Reduction, Selection, TensorDescriptor, Use } from '../wire/protocol';

/** What is needed of a tensor to select from it. */
export type Shaped = Pick<TensorDescriptor, 'shape' | 'dims' | 'dtype'>;

/** The longest kernel side, and the most input channels, that are shown as a grid of out × in kernels. */
const SMALL_KERNEL = 16;

export const isReduction = (use: Use): use is Reduction =>
  typeof use === 'string' && (STATISTICS as readonly string[]).includes(use);

export const isAxis = (use: Use): use is Axis => use === 'row' || use === 'column' || use === 'facet';

export const componentsOf = (dtype: string): readonly Component[] =>
  dtype.startsWith('complex') ? COMPLEX_COMPONENTS : ['value'];

/** The selection a tensor opens with: docs/protocol.md, 'Selections'. */
export function defaultSelection(tensor: Shaped): Selection {
  const { dims, shape } = tensor;
  const uses: Record<string, Use> = {};
  const rank = dims.length;
  const kernels =
    rank === 4 &&
    dims[0] === 'out' &&
    dims[1] === 'in' &&
    shape[1]! <= SMALL_KERNEL &&
    shape[2]! <= SMALL_KERNEL &&
    shape[3]! <= SMALL_KERNEL;
  dims.forEach((dim, index) => {
    const fromEnd = rank - index;
    if (fromEnd === 1) {
      uses[dim] = 'column';
    } else if (fromEnd === 2) {
      uses[dim] = 'row';
    } else if (index === 0 || (kernels && index === 1)) {
      uses[dim] = 'facet';
    } else {
      uses[dim] = 0;
    }
  });
  return { dims: uses, component: componentsOf(tensor.dtype)[0]! };
}

/** One name for one selection, whatever order its dimensions were written in. */
export function selectionKey(tensor: Shaped, { dims, component, order, normalise }: Selection): string {
  const orders = tensor.dims.map(dim => order?.[dim] ?? null);
  return JSON.stringify([tensor.dims.map(dim => dims[dim]), component, orders, normalise ?? null]);
}

/** Rows become columns and columns rows; null where there are not both. */
export function transposed(tensor: Shaped, selection: Selection): Selection | null {
  const row = tensor.dims.find(dim => selection.dims[dim] === 'row');
  const both = row !== undefined && Object.values(selection.dims).includes('column');
  const turned = both ? withUse(tensor, selection, row, 'column') : null;
  const { normalise } = selection;
  // What each row was divided by, each column is now.
  return turned && normalise ? { ...turned, normalise: normalise === 'row' ? 'column' : 'row' } : turned;
}

/** Why a selection does not fit a tensor, or null where it does. */
export function selectionProblem(tensor: Shaped, selection: Selection): string | null {
  const names = Object.keys(selection.dims);
  const missing = tensor.dims.filter(dim => !(dim in selection.dims));
  const unknown = names.filter(dim => !tensor.dims.includes(dim));
  if (missing.length || unknown.length) {
    return `the dimensions are ${tensor.dims.join(', ')}; the selection names ${names.join(', ') || 'none'}`;
  }
  const count = (axis: Axis): number => names.filter(dim => selection.dims[dim] === axis).length;
  if (count('row') > 1 || count('column') > 1 || count('facet') > 2) {
    return 'at most one row, one column and two facets';
  }
  for (const [index, dim] of tensor.dims.entries()) {
    const use = selection.dims[dim]!;
    if (typeof use === 'number') {
      if (!Number.isInteger(use) || use < 0 || use >= tensor.shape[index]!) {
        return `${dim} has no index ${use}`;
      }
    } else if (!isAxis(use) && !isReduction(use)) {
      return `${dim} cannot be used as '${String(use)}'`;
    }
  }
  const { order = {}, normalise } = selection;
  for (const [dim, by] of Object.entries(order)) {
    if (!isAxis(selection.dims[dim] ?? 0) || !ORDERS.includes(by)) {
      return `only a row, column or facet is in another order, by ${ORDERS.join(', ')}`;
    }
  }
  if (normalise !== undefined && (count('row') === 0 || count('column') === 0)) {
    return 'a plane without rows and columns has none to normalise';
  }
  const reductions = new Set(Object.values(selection.dims).filter(isReduction));
  if (reductions.size > 1) {
    return 'dimensions that are reduced must name one statistic';
  }
  return componentsOf(tensor.dtype).includes(selection.component)
    ? null
    : `the component is one of ${componentsOf(tensor.dtype).join(', ')}`;
}

/**
 * Give a dimension another use and keep the selection whole: who held a single axis before gets what the dimension gave
 * up, and a third facet frees the first.
 */
export function withUse(tensor: Shaped, selection: Selection, dim: string, use: Use): Selection {
  const dims: Record<string, Use> = { ...selection.dims };
  const before = dims[dim]!;
  dims[dim] = use;
  const others = tensor.dims.filter(other => other !== dim);
  /** An index that is handed on may be past the end of a shorter dimension. */
  const fitting = (other: string, handed: Use): Use =>
    typeof handed === 'number' ? Math.max(0, Math.min(handed, tensor.shape[tensor.dims.indexOf(other)]! - 1)) : handed;
  if (use === 'row' || use === 'column') {
    for (const other of others.filter(other => dims[other] === use)) {
      dims[other] = fitting(other, before);
    }
  } else if (use === 'facet') {
    const facets = others.filter(other => dims[other] === 'facet');
    if (facets.length > 1) {
      dims[facets[0]!] = isAxis(before) ? 0 : fitting(facets[0]!, before);
    }
  } else if (isReduction(use)) {
    for (const other of others.filter(other => isReduction(dims[other]!))) {
      dims[other] = use;
    }
  }
  return tidied({ ...selection, dims });
}

/** Without orders of what is no axis any more, and without a normalisation that has no rows or columns. */
function tidied({ order, normalise, ...rest }: Selection): Selection {
  const kept = Object.entries(order ?? {}).filter(([name]) => isAxis(rest.dims[name] ?? 0));
  const uses = Object.values(rest.dims);
  const whole = uses.includes('row') && uses.includes('column');
  return {
    ...rest,
    ...(kept.length ? { order: Object.fromEntries(kept) } : {}),
    ...(normalise && whole ? { normalise } : {})
  };
}
