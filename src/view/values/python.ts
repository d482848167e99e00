import { isReduction } from '../../tensor/selection';
import type { Selection, ViewState } from '../../wire/protocol';

const quoted = (text: string): string => JSON.stringify(text);

/** Python that reads what is on screen (of the region, where there is one): `mv.tensors["…"].read({…})`. */
export function pythonFor(
  address: string,
  dims: readonly string[],
  selection: Selection,
  region: ViewState['region']
): string {
  const parts = dims.flatMap(dim => {
    const use = selection.dims[dim]!;
    if (typeof use === 'number') {
      return [`${quoted(dim)}: ${use}`];
    }
    if (isReduction(use)) {
      return [`${quoted(dim)}: ${quoted(use)}`];
    }
    const range = region?.[dim];
    const by = selection.order?.[dim];
    if (by !== undefined) {
      // Fixed indices decide what is largest; a region of what is in another order is of places.
      const fixed = dims.filter(name => typeof selection.dims[name] === 'number');
      const at = fixed.length
        ? `, {${fixed.map(name => `${quoted(name)}: ${String(selection.dims[name])}`).join(', ')}}`
        : '';
      const part = range ? `[${range[0]}:${range[1]}]` : '';
      return [`${quoted(dim)}: mv.tensors[${quoted(address)}].order(${quoted(dim)}${at}, by=${quoted(by)})${part}`];
    }
    return range ? [`${quoted(dim)}: slice(${range[0]}, ${range[1]})`] : [];
  });
  return `mv.tensors[${quoted(address)}].read(${parts.length ? `{${parts.join(', ')}}` : ''})`;
}
