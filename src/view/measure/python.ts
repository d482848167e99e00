import { isReduction } from '../../tensor/selection';
import type { Scope, Selection } from '../../wire/protocol';

const quoted = (text: string): string => JSON.stringify(text);

/**
 * Python that makes the numbers on screen: `mv.tensors["…"].distribution({"head": 3}, scope="slice")`. Fixed indices are
 * named where they matter.
 */
export function pythonOf(
  address: string,
  method: string,
  { dims }: Selection,
  { scope, first = [], more = [] }: { scope: Scope | null; first?: readonly string[]; more?: readonly string[] }
): string {
  const indices = scope !== 'tensor';
  const parts = Object.entries(dims).flatMap(([dim, use]) =>
    isReduction(use)
      ? [`${quoted(dim)}: ${quoted(use)}`]
      : typeof use === 'number' && indices
        ? [`${quoted(dim)}: ${use}`]
        : []
  );
  const all = [
    ...first.map(quoted),
    ...(parts.length ? [`{${parts.join(', ')}}`] : []),
    ...(scope === 'slice' ? ['scope="slice"'] : []),
    ...more
  ];
  return `mv.tensors[${quoted(address)}].${method}(${all.join(', ')})`;
}
