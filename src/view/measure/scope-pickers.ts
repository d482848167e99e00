import { Picker } from '../../ui/picker';
import type { Scope, Selection, TensorDescriptor } from '../../wire/protocol';
import { isSliced, measuredDims } from './scope';

/** Whether all values are measured, or those of the slice that is shown. */
export class ScopePicker {
  readonly picker: Picker<Scope>;

  constructor(onChange: (scope: Scope) => void) {
    this.picker = new Picker<Scope>({ label: 'of', name: 'Values', onChange });
  }

  update(selection: Selection, wanted: Scope): void {
    this.picker.update({
      options: [
        { value: 'tensor', label: 'whole tensor' },
        { value: 'slice', label: 'this slice', disabled: !isSliced(selection) }
      ],
      value: scopeOf(selection, wanted)
    });
  }
}

/** Of what is no slice, all values are measured. */
export const scopeOf = (selection: Selection, wanted: Scope): Scope => (isSliced(selection) ? wanted : 'tensor');

/** The dimension whose indices are told apart. */
export class DimPicker {
  readonly picker: Picker;

  constructor(onChange: (dim: string) => void) {
    this.picker = new Picker({ label: 'by', name: 'Dimension', onChange });
  }

  /** Offers those that are left, and returns the one that was wanted, else the first; null where none is left. */
  update(tensor: TensorDescriptor, selection: Selection, scope: Scope, wanted: string | null): string | null {
    const dims = measuredDims(tensor, selection, scope);
    const dim = dims.find(dim => dim === wanted) ?? dims[0] ?? null;
    this.picker.update({ options: dims.map(value => ({ value, label: value })), value: dim ?? '' });
    return dim;
  }
}

/** What is said where none is. */
export const NO_DIMENSION = ['No dimension is left', 'Every dimension is fixed at an index, or reduced.'] as const;
