import { Button } from './button';
import { element, OWN_KEYS, setAttribute, setText, uniqueId } from '../dom/element';
import { icon } from './icons';

export interface SearchOptions {
  readonly label: string;
  /** What may be typed: the tooltip. */
  readonly help?: string;
  readonly placeholder?: string;
  readonly onInput: (text: string) => void;
  /** Enter, or an arrow down: go to what was found; Shift and Enter go backwards. */
  readonly onEnter?: (backwards: boolean) => void;
}

/** A search field. Escape, or the cross, clears it. */
export class Search {
  readonly node: HTMLDivElement;
  readonly input: HTMLInputElement;

  constructor(private readonly options: SearchOptions) {
    const note = uniqueId('search');
    this.input = element('input', {
      ...OWN_KEYS,
      type: 'text',
      class: 'mv-search-input',
      role: 'searchbox',
      'aria-label': [options.label, options.help].filter(Boolean).join('. '),
      'aria-describedby': note,
      ...(options.help === undefined ? {} : { 'data-mv-tip': options.help }),
      placeholder: options.placeholder ?? '',
      spellcheck: 'false',
      autocomplete: 'off'
    });
    this.note = element('span', { class: 'mv-search-note', id: note, 'aria-live': 'polite' });
    this.clear = new Button({
      label: 'Clear',
      icon: 'close',
      kind: 'quiet',
      iconOnly: true,
      onClick: () => this.empty()
    });
    this.clear.update({ hidden: true });
    this.node = element('div', { class: 'mv-search' }, icon('search'), this.input, this.note);
    this.node.append(this.clear.node);
    const { signal } = this.listening;
    this.input.addEventListener('input', () => this.said(), { signal });
    this.input.addEventListener('keydown', event => this.onKey(event), { signal });
  }

  get value(): string {
    return this.input.value;
  }

  /** `note` stands at the field's end: `12 found`, or what is wrong with what was typed. */
  update({ value, note, invalid }: { value?: string; note?: string; invalid?: boolean }): void {
    if (value !== undefined && value !== this.input.value) {
      this.input.value = value;
      this.clear.update({ hidden: value === '' });
    }
    if (note !== undefined) {
      setText(this.note, note);
      setAttribute(this.note, 'data-mv-tip-cut', note || null);
    }
    if (invalid !== undefined) {
      setAttribute(this.input, 'aria-invalid', invalid ? 'true' : null);
      setAttribute(this.input, 'data-mv-tip', invalid ? this.note.textContent : (this.options.help ?? null));
    }
  }

  focus(): void {
    this.input.focus();
  }

  dispose(): void {
    this.listening.abort();
    this.clear.dispose();
    this.node.remove();
  }

  private said(): void {
    this.clear.update({ hidden: this.input.value === '' });
    this.options.onInput(this.input.value);
  }

  private empty(): void {
    this.input.value = '';
    this.said();
    this.input.focus();
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Escape' && this.input.value !== '') {
      event.preventDefault();
      this.empty();
    } else if ((event.key === 'Enter' || event.key === 'ArrowDown') && this.options.onEnter) {
      event.preventDefault();
      this.options.onEnter(event.key === 'Enter' && event.shiftKey);
    }
  }

  private readonly note: HTMLElement;
  private readonly clear: Button;
  private readonly listening = new AbortController();
}
