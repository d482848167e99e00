import { componentsOf, defaultSelection, isReduction, selectionKey } from '../../tensor/selection';
import type { Shaped } from '../../tensor/selection';
import type { Scope, Selection } from '../../wire/protocol';

const quoted = (text: string): string => JSON.stringify(text);

export interface CallOptions {
  /** Null where the method has none: it reads the matrix at the selection's fixed indices. */
  readonly scope: Scope | null;
  /** Before the selection. */
  readonly first?: readonly string[];
  /** After it, as they are written. */
  readonly more?: readonly string[];
}

/**
 * Python that makes the numbers on screen: `mv.tensors["…"].distribution({"head": 3}, scope="slice")`. Of the selection it
 * names what matters to them.
 */
export function pythonOf(
  tensor: Shaped & { readonly address: string },
  method: string,
  selection: Selection,
  { scope, first = [], more = [] }: CallOptions
): string {
  const { component } = selection;
  const whole = scope === null && selectionKey(tensor, selection) !== selectionKey(tensor, defaultSelection(tensor));
  const uses = tensor.dims.flatMap(dim => {
    const use = selection.dims[dim]!;
    const named = whole || isReduction(use) || (typeof use === 'number' && scope === 'slice');
    return named ? [`${quoted(dim)}: ${typeof use === 'number' ? use : quoted(use)}`] : [];
  });
  const dims = `{${uses.join(', ')}}`;
  const other = component !== componentsOf(tensor.dtype)[0];
  const all = [
    ...first.map(quoted),
    ...(other ? [`{"dims": ${dims}, "component": ${quoted(component)}}`] : uses.length ? [dims] : []),
    ...(scope === 'slice' ? ['scope="slice"'] : []),
    ...more
  ];
  return `mv.tensors[${quoted(tensor.address)}].${method}(${all.join(', ')})`;
}
