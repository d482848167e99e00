import { formatShape } from '../../tensor/format';
import type { NoticeState } from '../../ui/notice';
import type { TensorDescriptor } from '../../wire/protocol';

/** Why nothing of a tensor can be measured: the view's state, and what is said; null where something can. */
export function nothingIn(
  { problem, shape }: TensorDescriptor,
  titles: { readonly empty: string; readonly problem: string }
): { readonly state: 'empty' | 'problem'; readonly notice: NoticeState } | null {
  if (problem !== null) {
    const message = problem.charAt(0).toUpperCase() + problem.slice(1);
    return { state: 'problem', notice: { kind: 'info', title: titles.problem, message } };
  }
  const message = `This tensor has no elements: its shape is ${formatShape(shape)}.`;
  return shape.includes(0) ? { state: 'empty', notice: { kind: 'empty', title: titles.empty, message } } : null;
}
