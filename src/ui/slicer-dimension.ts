import { formatCount } from '../tensor/format';
import { STATISTICS } from '../wire/protocol';
import type { Reduction, Use } from '../wire/protocol';
import { element, OWN_KEYS, setAttribute, setHidden } from '../dom/element';
import { Picker, type PickerOption } from './picker';

export interface SlicerDimensionOptions {
  readonly name: string;
  readonly size: number;
  /** Of the tensor: one of rank 1 has only columns. */
  readonly rank: number;
  readonly onUse: (use: Use) => void;
}

type Word = 'row' | 'column' | 'facet' | 'index' | Reduction;

/** One dimension's part of the sentence: its name, its size, what it is for, and which index where it is one. */
export class SlicerDimension {
  readonly node: HTMLDivElement;

  constructor(private readonly options: SlicerDimensionOptions) {
    const { name, size } = options;
    this.picker = new Picker<Word>({
      label: `Use of ${name}`,
      hideLabel: true,
      onChange: word => this.choose(word)
    });
    const last = String(Math.max(0, size - 1));
    const range = { ...OWN_KEYS, min: '0', max: last, step: '1' };
    this.slider = element('input', {
      ...range,
      type: 'range',
      class: 'mv-slicer-slider',
      'aria-label': `Index of ${name}`
    });
    this.field = element('input', {
      ...range,
      type: 'number',
      class: 'mv-field mv-slicer-index',
      'aria-label': `Index of ${name}, 0 to ${last}`
    });
    // As wide as its longest number, so that sliding moves nothing.
    this.field.style.width = `${last.length + 1.6}ch`;
    this.node = element(
      'div',
      { class: 'mv-slicer-dim', role: 'group', 'aria-label': `${name}, ${size}` },
      element('span', { class: 'mv-slicer-name', 'data-mv-tip-cut': name }, name),
      element('span', { class: 'mv-slicer-size' }, formatCount(size)),
      this.picker.node,
      this.slider,
      this.field
    );
    const { signal } = this.listening;
    this.slider.addEventListener('input', () => this.go(this.slider.valueAsNumber), { signal });
    this.field.addEventListener('input', () => this.type(), { signal });
    this.field.addEventListener('blur', () => this.show(this.index), { signal });
    for (const input of [this.slider, this.field]) {
      // Only where it has the focus: a page that scrolls past must not change what is shown.
      input.addEventListener('wheel', event => this.onWheel(event), { signal, passive: false });
    }
  }

  update({ use, disabled }: { use: Use; disabled: boolean }): void {
    const isIndex = typeof use === 'number';
    if (isIndex) {
      this.index = use;
    }
    this.picker.update({
      options: this.words(),
      value: isIndex ? 'index' : use,
      disabled
    });
    // A dimension of one index has nothing to slide over.
    setHidden(this.slider, !isIndex || this.options.size < 2);
    setHidden(this.field, !isIndex);
    this.slider.disabled = this.field.disabled = disabled;
    if (isIndex) {
      this.show(use);
    }
  }

  dispose(): void {
    this.listening.abort();
    this.picker.dispose();
    this.node.remove();
  }

  private words(): PickerOption<Word>[] {
    const { rank, size } = this.options;
    const axes: Word[] = rank === 1 ? ['column'] : ['row', 'column', 'facet'];
    return [
      ...axes.map(value => ({ value, label: value })),
      { value: 'index', label: 'index', disabled: size === 0 },
      ...STATISTICS.map(value => ({ value, label: value, group: 'reduced to its' }))
    ];
  }

  private choose(word: Word): void {
    // The index that was last looked at comes back.
    this.options.onUse(word === 'index' ? this.index : word);
  }

  private go(index: number): void {
    const bounded = Math.min(this.options.size - 1, Math.max(0, index));
    if (bounded !== this.index) {
      this.index = bounded;
      // The question first, then what is written of it.
      this.options.onUse(bounded);
      this.show(bounded);
    }
  }

  /** Half-typed numbers stay as they are typed; only one that is an index is gone to. */
  private type(): void {
    const index = this.field.valueAsNumber;
    const valid = Number.isInteger(index) && index >= 0 && index < this.options.size;
    setAttribute(this.field, 'aria-invalid', valid ? null : 'true');
    if (valid) {
      this.go(index);
    }
  }

  private show(index: number): void {
    if (this.slider.valueAsNumber !== index) {
      this.slider.value = String(index);
    }
    const typing = this.field.getAttribute('aria-invalid') === 'true';
    if (this.field.valueAsNumber !== index && !(typing && this.field === document.activeElement)) {
      this.field.value = String(index);
    }
    if (!typing || this.field !== document.activeElement) {
      setAttribute(this.field, 'aria-invalid', null);
    }
  }

  private onWheel(event: WheelEvent): void {
    if (event.target === document.activeElement && !this.field.disabled) {
      event.preventDefault();
      this.go(this.index + Math.sign(event.deltaY || event.deltaX));
    }
  }

  private index = 0;
  private readonly picker: Picker<Word>;
  private readonly slider: HTMLInputElement;
  private readonly field: HTMLInputElement;
  private readonly listening = new AbortController();
}
