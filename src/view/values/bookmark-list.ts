import { element, OWN_KEYS, setAttribute, setHidden, setText, submitOnEnter } from '../../dom/element';
import { Button } from '../../ui/button';
import type { Bookmark } from '../../wire/protocol';

/** As long as python-bridge/modelview/state.py lets a name be. */
const LONGEST_NAME = 200;

export interface BookmarkListOptions {
  readonly bookmarks: () => readonly Bookmark[];
  /** The name that a place is given where none is typed. */
  readonly suggestion: () => string;
  readonly onKeep: (name: string) => void;
  readonly onGo: (bookmark: Bookmark) => void;
  readonly onChange: (bookmarks: readonly Bookmark[]) => void;
}

/** The places that were kept: go to one, call it otherwise, delete it; and keep what is on screen. */
export class BookmarkList {
  readonly node: HTMLElement;
  private readonly list = element('ul', { class: 'mv-bookmarks' });
  private readonly name: HTMLInputElement;
  private readonly problem = element('div', { class: 'mv-values-problem', role: 'alert', hidden: true });
  private buttons: Button[] = [];
  private renaming: string | null = null;

  constructor(private readonly options: BookmarkListOptions) {
    this.name = field('Name of this place');
    const keep = element('button', { ...OWN_KEYS, type: 'submit', class: 'mv-button mv-button-plain' }, 'Keep');
    const form = element('form', { class: 'mv-bookmark-form' }, this.name, keep);
    submitOnEnter(form);
    form.addEventListener('submit', event => {
      event.preventDefault();
      const name = this.name.value.trim() || this.name.placeholder;
      if (this.isFree(name, null)) {
        this.name.value = '';
        options.onKeep(name);
      }
    });
    this.node = element('div', { class: 'mv-bookmark-panel' }, form, this.problem, this.list);
  }

  /** After the state changed, or as the panel opens. */
  update(): void {
    const { bookmarks, suggestion } = this.options;
    this.name.placeholder = suggestion();
    this.say(null);
    for (const button of this.buttons) {
      button.dispose();
    }
    this.buttons = [];
    const rows = bookmarks().map(bookmark => this.row(bookmark));
    this.list.replaceChildren(
      ...(rows.length ? rows : [element('li', { class: 'mv-bookmark-none' }, 'No places yet')])
    );
  }

  dispose(): void {
    this.buttons.forEach(button => button.dispose());
    this.node.remove();
  }

  private row(bookmark: Bookmark): HTMLElement {
    const { name, address } = bookmark;
    if (name === this.renaming) {
      return element('li', { class: 'mv-bookmark' }, this.renameField(bookmark));
    }
    const go = element('button', { ...OWN_KEYS, type: 'button', class: 'mv-menu-item', 'data-mv-tip': address });
    go.append(element('span', {}, name));
    go.addEventListener('click', () => this.options.onGo(bookmark));
    const rename = this.button(`Rename ${name}`, 'edit', () => this.startRenaming(name));
    const remove = this.button(`Delete ${name}`, 'delete', () => this.change(others => others, name));
    return element('li', { class: 'mv-bookmark' }, go, rename.node, remove.node);
  }

  private button(label: string, icon: 'edit' | 'delete', onClick: () => void): Button {
    const button = new Button({ label, icon, iconOnly: true, kind: 'quiet', onClick });
    this.buttons.push(button);
    return button;
  }

  private renameField(bookmark: Bookmark): HTMLElement {
    const input = field(`New name of ${bookmark.name}`);
    input.value = bookmark.name;
    const form = element('form', { class: 'mv-bookmark-form' }, input);
    submitOnEnter(form);
    form.addEventListener('submit', event => {
      event.preventDefault();
      const name = input.value.trim();
      if (name === '' || !this.isFree(name, bookmark.name)) {
        setAttribute(input, 'aria-invalid', 'true');
        return;
      }
      this.renaming = null;
      const renamed = { ...bookmark, name };
      this.change(
        others => [...others.slice(0, this.at(bookmark.name)), renamed, ...others.slice(this.at(bookmark.name))],
        bookmark.name
      );
      this.update();
    });
    input.addEventListener('keydown', event => {
      if (event.key === 'Escape') {
        event.stopPropagation();
        this.renaming = null;
        this.update();
        this.name.focus();
      }
    });
    return form;
  }

  private startRenaming(name: string): void {
    this.renaming = name;
    this.update();
    const input = this.list.querySelector('input');
    input?.focus();
    input?.select();
  }

  private at(name: string): number {
    return this.options.bookmarks().findIndex(bookmark => bookmark.name === name);
  }

  /** Makes the list anew from all but one. */
  private change(make: (others: readonly Bookmark[]) => readonly Bookmark[], without: string): void {
    this.options.onChange(make(this.options.bookmarks().filter(({ name }) => name !== without)));
    // The row with the focus is gone.
    this.name.focus();
  }

  private isFree(name: string, own: string | null): boolean {
    const taken = name !== own && this.at(name) >= 0;
    this.say(
      taken
        ? `There is a place called '${name}': give this one another name`
        : name.length > LONGEST_NAME
          ? `A name has at most ${LONGEST_NAME} characters`
          : null
    );
    return this.problem.hidden;
  }

  private say(problem: string | null): void {
    setText(this.problem, problem ?? '');
    setHidden(this.problem, problem === null);
  }
}

const field = (label: string): HTMLInputElement =>
  element('input', { ...OWN_KEYS, class: 'mv-field', type: 'text', autocomplete: 'off', 'aria-label': label });
