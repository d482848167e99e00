import type { ViewState } from '../../wire/protocol';
import type { Box, Boxes } from './boxes';

/** The module that a box is, or is in, by the path that the tree knows; of a run that is no module itself its first member. */
export function moduleOf(box: Box): string | null {
  for (let at: Box | null = box.node ? box : box.children[0]!; at; at = at.parent) {
    if (at.node?.role === 'module') {
      return at.node.shared ?? at.node.path;
    }
  }
  return null;
}

/** What is selected everywhere once a box is: its module, and its first tensor, or the first that an operation reads. */
export function selectionOf(box: Box): Pick<ViewState, 'node' | 'address'> {
  const example = box.node ?? box.children[0]?.node;
  return { node: moduleOf(box), address: example?.own[0] ?? example?.reads[0] ?? null };
}

/** The box of what is selected elsewhere: a module's; of a tensor, its module's. Null where none ran. */
export function boxOf(
  { byId }: Boxes,
  { node, address }: Pick<ViewState, 'node' | 'address'>,
  nodeOf: (address: string) => string | null
): Box | null {
  const path = node ?? (address === null ? null : nodeOf(address));
  const box = path === null ? undefined : byId.get(path);
  return box?.parent ? box : null;
}

/** Whether a box stands for what is selected already: an operation's module is its own. */
export const agrees = (box: Box, { node }: Pick<ViewState, 'node'>): boolean => moduleOf(box) === node;
