import { element, OWN_KEYS, setAttribute, setHidden, setText, submitOnEnter, uniqueId } from '../../dom/element';

export interface IndexFieldOptions {
  /** Goes there, or says what is wrong with what was typed. */
  readonly onGo: (text: string) => string | null;
  /** Escape: back to the picture. */
  readonly onLeave: () => void;
}

/** The field in which an index is typed to go to it. */
export class IndexField {
  readonly node: HTMLFormElement;
  private readonly input: HTMLInputElement;
  private readonly problem: HTMLElement;

  constructor({ onGo, onLeave }: IndexFieldOptions) {
    const id = uniqueId('problem');
    this.input = element('input', {
      ...OWN_KEYS,
      class: 'mv-field',
      type: 'text',
      spellcheck: 'false',
      autocomplete: 'off',
      'aria-label': 'Go to index',
      'aria-describedby': id
    });
    this.problem = element('div', { class: 'mv-values-problem', id, role: 'alert', hidden: true });
    this.node = element('form', { class: 'mv-values-goto' }, this.input, this.problem);
    this.node.addEventListener('submit', event => {
      event.preventDefault();
      this.say(onGo(this.input.value));
    });
    submitOnEnter(this.node);
    this.input.addEventListener('input', () => this.say(null));
    this.input.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        this.say(null);
        event.stopPropagation();
        onLeave();
      }
    });
  }

  update({ disabled, example }: { readonly disabled: boolean; readonly example: string }): void {
    this.input.disabled = disabled;
    setAttribute(this.input, 'placeholder', 'go to index');
    setAttribute(this.node, 'data-mv-tip', `Go to an index (G): ${example}`);
  }

  focus(): void {
    this.input.focus();
    this.input.select();
  }

  dispose(): void {
    this.node.remove();
  }

  private say(problem: string | null): void {
    setAttribute(this.input, 'aria-invalid', problem === null ? null : 'true');
    setText(this.problem, problem ?? '');
    setHidden(this.problem, problem === null);
  }
}
