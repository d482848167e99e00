import { element, OWN_KEYS, setAttribute, setText, uniqueId } from '../dom/element';

export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly disabled?: boolean;
}

export interface TabsOptions {
  /** What the tabs choose between, for assistive technology. */
  readonly label: string;
  /** The id of the element that shows the chosen tab (it should have role=tabpanel). */
  readonly panel?: string;
  /** `underline` for the inspector, `pill` for a choice within a panel. */
  readonly kind?: 'underline' | 'pill';
  readonly onSelect: (id: string) => void;
}

/** ARIA tabs: one stop in the tab order, arrows move and choose at once. */
export class Tabs {
  readonly node: HTMLDivElement;

  constructor(private readonly options: TabsOptions) {
    this.node = element('div', {
      ...OWN_KEYS,
      class: `mv-tabs mv-tabs-${options.kind ?? 'underline'}`,
      role: 'tablist',
      'aria-label': options.label
    });
    const { signal } = this.listening;
    this.node.addEventListener('click', event => this.onClick(event), { signal });
    this.node.addEventListener('keydown', event => this.onKey(event), { signal });
  }

  update({ tabs, selected }: { tabs: readonly Tab[]; selected: string | null }): void {
    const kept = new Set(tabs.map(tab => tab.id));
    for (const [id, button] of this.buttons) {
      if (!kept.has(id)) {
        button.remove();
        this.buttons.delete(id);
      }
    }
    // Someone must be reachable by Tab even where nothing is chosen.
    const enabled = tabs.filter(tab => !tab.disabled);
    const stop = enabled.some(tab => tab.id === selected) ? selected : enabled[0]?.id;
    tabs.forEach((tab, place) => {
      const button = this.buttons.get(tab.id) ?? this.create(tab.id);
      setText(button, tab.label);
      // The bold label of the chosen tab is measured beforehand, so that choosing moves nothing.
      setAttribute(button, 'data-label', tab.label);
      setAttribute(button, 'aria-selected', String(tab.id === selected));
      setAttribute(button, 'tabindex', tab.id === stop ? '0' : '-1');
      button.disabled = tab.disabled ?? false;
      if (this.node.children[place] !== button) {
        this.node.insertBefore(button, this.node.children[place] ?? null);
      }
    });
  }

  /** The id of a tab's element, for its panel's aria-labelledby. */
  elementId(id: string): string | undefined {
    return this.buttons.get(id)?.id;
  }

  dispose(): void {
    this.listening.abort();
    this.node.remove();
  }

  private create(id: string): HTMLButtonElement {
    const button = element('button', {
      type: 'button',
      role: 'tab',
      class: 'mv-tab',
      id: uniqueId('tab'),
      'aria-controls': this.options.panel ?? false
    });
    this.buttons.set(id, button);
    return button;
  }

  private idOf(target: EventTarget | null): string | undefined {
    const button = target instanceof Element ? target.closest('[role=tab]') : null;
    return [...this.buttons].find(([, node]) => node === button)?.[0];
  }

  private onClick(event: MouseEvent): void {
    const id = this.idOf(event.target);
    if (id !== undefined) {
      this.options.onSelect(id);
    }
  }

  private onKey(event: KeyboardEvent): void {
    const order = [...this.node.children].filter(
      (node): node is HTMLButtonElement => node instanceof HTMLButtonElement && !node.disabled
    );
    const from = order.findIndex(button => button === event.target);
    const to = { ArrowLeft: from - 1, ArrowRight: from + 1, Home: 0, End: order.length - 1 }[event.key];
    if (to === undefined || from < 0) {
      return;
    }
    event.preventDefault();
    const button = order[(to + order.length) % order.length]!;
    button.focus();
    const id = this.idOf(button);
    if (id !== undefined) {
      this.options.onSelect(id);
    }
  }

  private readonly buttons = new Map<string, HTMLButtonElement>();
  private readonly listening = new AbortController();
}
