import { element, OWN_KEYS } from '../dom/element';
import { icon } from './icons';

export interface PickerOption<T extends string = string> {
  readonly value: T;
  readonly label: string;
  readonly disabled?: boolean;
  /** Options of one group stand together under its name. */
  readonly group?: string;
}

export interface PickerOptions<T extends string> {
  readonly label: string;
  /** Name it for assistive technology alone, where what stands beside it says enough. */
  readonly hideLabel?: boolean;
  /** What it is called by assistive technology, where the label is but a word of a sentence. */
  readonly name?: string;
  readonly onChange: (value: T) => void;
}

export interface PickerState<T extends string> {
  readonly options: readonly PickerOption<T>[];
  readonly value: T;
  readonly disabled?: boolean;
}

/** A native select with its label: keyboard, touch and screen readers know it already. */
export class Picker<T extends string = string> {
  readonly node: HTMLLabelElement;
  readonly select: HTMLSelectElement;

  constructor({ label, hideLabel = false, name, onChange }: PickerOptions<T>) {
    this.select = element('select', { ...OWN_KEYS, class: 'mv-select', 'aria-label': name ?? (hideLabel && label) });
    this.node = element(
      'label',
      { class: 'mv-picker' },
      ...(hideLabel ? [] : [element('span', { class: 'mv-picker-label' }, label)]),
      element('span', { class: 'mv-picker-box' }, this.select, icon('down'))
    );
    this.listener = () => onChange(this.select.value as T);
    this.select.addEventListener('change', this.listener);
  }

  update({ options, value, disabled = false }: PickerState<T>): void {
    // Rebuilding the options under an open list would close it.
    const drawn = JSON.stringify(options);
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.select.replaceChildren(...grouped(options));
    }
    this.select.value = value;
    this.select.disabled = disabled;
  }

  dispose(): void {
    this.select.removeEventListener('change', this.listener);
    this.node.remove();
  }

  private readonly listener: () => void;
  private drawn = '';
}

function grouped(options: readonly PickerOption[]): HTMLElement[] {
  const groups = new Map<string, HTMLElement>();
  const nodes: HTMLElement[] = [];
  for (const { value, label, disabled = false, group } of options) {
    const option = element('option', { value, disabled }, label);
    if (group === undefined) {
      nodes.push(option);
      continue;
    }
    let under = groups.get(group);
    if (!under) {
      under = element('optgroup', { label: group });
      groups.set(group, under);
      nodes.push(under);
    }
    under.append(option);
  }
  return nodes;
}
