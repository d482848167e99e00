import { defaultSelection, selectionProblem } from '../tensor/selection';
import { itemsOf } from '../view/tree/items';
import type { Items, ModuleItem } from '../view/tree/items';
import type { NodeDescriptor, Selection, Structure, TensorDescriptor, ViewState } from '../wire/protocol';

/** What the inspector looks at. */
export interface Subject {
  readonly node: NodeDescriptor | null;
  /** Null: the whole model, or a module without tensors of its own. */
  readonly tensor: TensorDescriptor | null;
  /** The tensors of the node, the biggest first: what the switch offers. */
  readonly siblings: readonly TensorDescriptor[];
  /** A sentence where the state names what the model does not have. */
  readonly problem: string | null;
}

/** Reads a subject out of a state, which may come from Python and name anything. */
export class Subjects {
  private readonly items: Items;

  constructor(
    private readonly structure: Structure,
    private readonly kind: 'model' | 'tensor'
  ) {
    this.items = itemsOf(structure);
  }

  of({ node, address }: Pick<ViewState, 'node' | 'address'>): Subject {
    const { modules, tensors } = this.items;
    const nothing = { node: null, tensor: null, siblings: [], problem: null };
    if (address !== null) {
      const tensor = tensors.get(address);
      if (!tensor) {
        const what = this.kind === 'tensor' ? 'This view' : 'This model';
        return { ...nothing, problem: `${what} has no tensor with the address '${address}'.` };
      }
      const module = this.moduleOf(node, tensor);
      return {
        node: module?.node ?? null,
        tensor,
        siblings: module?.tensors ?? [tensor],
        problem: null
      };
    }
    if (this.kind === 'tensor') {
      const tensor = this.structure.tensors[0] ?? null;
      return { ...nothing, tensor, siblings: this.structure.tensors };
    }
    if (node === null) {
      return nothing;
    }
    const module = modules.get(node);
    return module
      ? {
          node: module.node,
          tensor: module.tensors[0] ?? null,
          siblings: module.tensors,
          problem: null
        }
      : { ...nothing, problem: `This model has no module '${node}'.` };
  }

  /** The selection that the state holds for a tensor where it fits, else the tensor's own. */
  static selection(tensor: TensorDescriptor, { slices }: Pick<ViewState, 'slices'>): Selection {
    const kept = Object.hasOwn(slices, tensor.address) ? slices[tensor.address] : undefined;
    return kept && selectionProblem(tensor, kept) === null ? kept : defaultSelection(tensor);
  }

  /** A tied tensor belongs to several modules: the state's is meant where it is one of them. */
  private moduleOf(node: string | null, tensor: TensorDescriptor): ModuleItem | undefined {
    const { modules } = this.items;
    const named = node === null ? undefined : modules.get(node);
    return named?.tensors.includes(tensor) ? named : modules.get(tensor.node);
  }
}
