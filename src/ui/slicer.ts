import { componentsOf, defaultSelection, selectionKey, transposed, withUse } from '../tensor/selection';
import type { Component, Selection, TensorDescriptor, Use } from '../wire/protocol';
import { Button } from './button';
import { element, setHidden } from '../dom/element';
import { Picker } from './picker';
import { SlicerDimension } from './slicer-dimension';

/** What the slicer reads of a tensor. */
export type Sliced = Pick<TensorDescriptor, 'address' | 'shape' | 'dims' | 'dtype'>;

export interface SlicerState {
  readonly tensor: Sliced;
  readonly selection: Selection;
  readonly disabled?: boolean;
}

/**
 * The sentence at the inspector's foot: what each dimension of the tensor is for. Says every change at once, a slider's
 * every step included: the source drops what is out of date.
 */
export class Slicer {
  readonly node: HTMLDivElement;

  constructor(private readonly options: { readonly onChange: (selection: Selection) => void }) {
    this.dims = element('div', { class: 'mv-slicer-dims' });
    this.component = new Picker<Component>({
      label: 'of',
      name: 'Part of the complex numbers',
      onChange: component => this.change({ component })
    });
    this.transpose = new Button({
      label: 'Swap rows and columns',
      tip: 'Swap rows and columns (T)',
      icon: 'transpose',
      kind: 'quiet',
      iconOnly: true,
      onClick: () => this.swap()
    });
    this.reset = new Button({
      label: 'Slice as at first',
      icon: 'reset',
      kind: 'quiet',
      iconOnly: true,
      onClick: () => this.state && options.onChange(defaultSelection(this.state.tensor))
    });
    const actions = element('div', { class: 'mv-slicer-actions' });
    // Reset comes and goes: to the left, so that its neighbour stays where it is.
    actions.append(this.reset.node, this.transpose.node);
    this.node = element('div', { class: 'mv-slicer', role: 'group', 'aria-label': 'Slicer' });
    this.node.append(this.dims, actions);
  }

  update(state: SlicerState): void {
    const { tensor, selection, disabled = false } = state;
    this.state = state;
    this.build(tensor);
    tensor.dims.forEach((dim, index) => this.groups[index]!.update({ use: selection.dims[dim]!, disabled }));
    const components = componentsOf(tensor.dtype);
    setHidden(this.component.node, components.length < 2);
    this.component.update({
      options: components.map(value => ({ value, label: value })),
      value: selection.component,
      disabled
    });
    this.transpose.update({
      hidden: tensor.dims.length < 2,
      disabled: disabled || transposed(tensor, selection) === null
    });
    this.reset.update({
      disabled,
      hidden: selectionKey(tensor, selection) === selectionKey(tensor, defaultSelection(tensor))
    });
  }

  dispose(): void {
    for (const group of this.groups) {
      group.dispose();
    }
    this.component.dispose();
    this.transpose.dispose();
    this.reset.dispose();
    this.node.remove();
  }

  /** Makes the controls anew only for another tensor, so that a slider under the hand stays the same slider. */
  private build(tensor: Sliced): void {
    const built = JSON.stringify([tensor.address, tensor.dims, tensor.shape]);
    if (built === this.built) {
      return;
    }
    this.built = built;
    for (const group of this.groups) {
      group.dispose();
    }
    this.groups = tensor.dims.map(
      (name, index) =>
        new SlicerDimension({
          name,
          size: tensor.shape[index]!,
          rank: tensor.dims.length,
          onUse: use => this.use(name, use)
        })
    );
    this.dims.replaceChildren(...this.groups.map(group => group.node), this.component.node);
  }

  private use(dim: string, use: Use): void {
    if (this.state) {
      this.options.onChange(withUse(this.state.tensor, this.state.selection, dim, use));
    }
  }

  private swap(): void {
    if (this.state) {
      const turned = transposed(this.state.tensor, this.state.selection);
      if (turned) {
        this.options.onChange(turned);
      }
    }
  }

  private change(change: Partial<Selection>): void {
    if (this.state) {
      this.options.onChange({ ...this.state.selection, ...change });
    }
  }

  private state: SlicerState | null = null;
  private built = '';
  private groups: SlicerDimension[] = [];
  private readonly dims: HTMLElement;
  private readonly component: Picker<Component>;
  private readonly transpose: Button;
  private readonly reset: Button;
}
