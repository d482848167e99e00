import { element, OWN_KEYS, setHidden } from '../../dom/element';
import { shapeOf } from '../../tensor/shape';
import { Search } from '../../ui/search';
import type { TensorDescriptor } from '../../wire/protocol';
import { nameElement } from '../names';

const MOST = 8;

/** A field that finds tensors by parts of their names, and the list of what it found. */
export class TensorSearch {
  readonly node: HTMLElement;

  constructor(
    private readonly options: {
      /** What may be found now. */
      readonly tensors: () => readonly TensorDescriptor[];
      readonly onChoose: (tensor: TensorDescriptor) => void;
    }
  ) {
    this.search = new Search({
      label: 'Add a tensor',
      help: 'Parts of its name; Enter adds the first that is found',
      placeholder: 'add a tensor …',
      onInput: text => this.find(text),
      onEnter: () => this.entered()
    });
    this.list = element('ul', { class: 'mv-found', 'aria-label': 'Tensors found', hidden: true });
    this.node = element('div', { class: 'mv-tensor-search' }, this.search.node, this.list);
    const { signal } = this.listening;
    // Before the field's own listener, which takes an arrow down for Enter.
    this.node.addEventListener('keydown', event => this.onKey(event), { signal, capture: true });
    this.list.addEventListener('click', event => this.onClick(event), { signal });
    this.node.addEventListener(
      'focusout',
      ({ relatedTarget }) => setHidden(this.list, !this.node.contains(relatedTarget as Node | null)),
      { signal }
    );
    this.node.addEventListener('focusin', () => setHidden(this.list, !this.found.length), { signal });
  }

  dispose(): void {
    this.listening.abort();
    this.search.dispose();
    this.node.remove();
  }

  private find(text: string): void {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const all = this.options.tensors();
    const found = words.length
      ? all.filter(({ address }) => words.every(word => address.toLowerCase().includes(word)))
      : [];
    this.found = found.slice(0, MOST);
    const note = !words.length ? '' : found.length > MOST ? `${MOST} of ${found.length}` : found.length ? '' : 'none';
    this.search.update({ note, invalid: words.length > 0 && !found.length });
    this.list.replaceChildren(
      ...this.found.map(tensor => {
        const button = element('button', { ...OWN_KEYS, type: 'button', class: 'mv-found-tensor' });
        button.append(nameElement(tensor.address), element('span', { class: 'mv-found-shape' }, shapeOf(tensor)));
        return element('li', {}, button);
      })
    );
    setHidden(this.list, !this.found.length);
  }

  private entered(): void {
    const [first] = this.found;
    if (first) {
      this.choose(first);
    }
  }

  private choose(tensor: TensorDescriptor): void {
    this.search.update({ value: '' });
    this.find('');
    this.options.onChoose(tensor);
    this.search.focus();
  }

  private onClick(event: MouseEvent): void {
    const button = event.target instanceof Element ? event.target.closest('button') : null;
    const tensor = this.found[this.buttons().indexOf(button!)];
    if (tensor) {
      this.choose(tensor);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const buttons = this.buttons();
    const at = buttons.indexOf(event.target as HTMLButtonElement);
    if (event.key === 'ArrowDown' && event.target === this.search.input && buttons.length) {
      buttons[0]!.focus();
    } else if (at >= 0 && event.key === 'ArrowDown') {
      buttons[Math.min(buttons.length - 1, at + 1)]!.focus();
    } else if (at >= 0 && event.key === 'ArrowUp') {
      (buttons[at - 1] ?? this.search.input).focus();
    } else if (at >= 0 && event.key === 'Escape') {
      this.search.focus();
    } else {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
  }

  private buttons(): HTMLButtonElement[] {
    return [...this.list.querySelectorAll('button')];
  }

  private found: readonly TensorDescriptor[] = [];
  private readonly search: Search;
  private readonly list: HTMLElement;
  private readonly listening = new AbortController();
}
