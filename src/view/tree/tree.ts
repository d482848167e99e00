import { formatCount, formatCounted } from '../../tensor/format';
import { element, setAttribute, setHidden, uniqueId } from '../../dom/element';
import { Search } from '../../ui/search';
import type { Structure } from '../../wire/protocol';
import { filterHelp } from './filter';
import { bodyOf } from './items';
import type { Item } from './items';
import { stepOf, Typeahead } from './keys';
import { TreeModel } from './model';
import { biggestOf, linkOf, ROW_HEIGHT, rowElement, updateRow } from './row';

/** Rows drawn beyond the pane's edges, so that scrolling never meets a blank. */
const OVERSCAN = 8;

export interface TreeOptions {
  readonly structure: Structure;
  /** A module, and its tensor to look at (null where it has none of its own); whether that tensor's own row was chosen. */
  readonly onSelect: (node: string, address: string | null, isTensor: boolean) => void;
}

/**
 * The structure of a model as an ARIA tree. Only the rows in sight are in the document, so the focus stays on the tree
 * itself and `aria-activedescendant` names the row under the keyboard, which is always drawn.
 */
export class StructureTree {
  readonly node: HTMLElement;
  readonly model: TreeModel;

  constructor(private readonly options: TreeOptions) {
    const { structure } = options;
    this.model = new TreeModel(structure);
    this.search = new Search({
      label: 'Search the structure',
      help: filterHelp('of one parameter or buffer'),
      placeholder: 'name, kind:Linear, params>1M …',
      onInput: query => this.onSearch(query),
      onEnter: () => this.jump(1)
    });
    this.canvas = element('div', { class: 'mv-tree-canvas', role: 'presentation' });
    this.scroller = element(
      'div',
      {
        class: 'mv-tree-rows',
        role: 'tree',
        tabindex: 0,
        'aria-label': `Structure of ${structure.name || structure.kind}`,
        // Letters jump to names here; JupyterLab would insert cells and the like.
        'data-lm-suppress-shortcuts': 'true'
      },
      this.canvas
    );
    this.empty = element('p', { class: 'mv-tree-empty', hidden: true });
    this.node = element('div', { class: 'mv-tree' }, this.search.node, this.empty, this.scroller);
    this.active = this.model.rows[0]?.item ?? null;
    const { signal } = this.listening;
    this.scroller.addEventListener('scroll', () => this.draw(), { signal, passive: true });
    this.scroller.addEventListener('keydown', event => this.onKey(event), { signal });
    this.scroller.addEventListener('click', event => this.onClick(event), { signal });
    this.search.node.addEventListener('keydown', event => this.onSearchKey(event), {
      signal,
      capture: true
    });
    this.draw();
  }

  /** Marks what the frame's state says is selected, and brings it into sight. */
  select(node: string | null, address: string | null): void {
    const item = this.itemFor(node, address);
    if (item === this.selected) {
      this.draw();
      return;
    }
    this.selected = item;
    if (item) {
      this.active = item;
      if (!this.model.reveal(item)) {
        this.search.update({ value: '', note: '', invalid: false });
      }
      this.scrollTo(item);
    }
    this.draw();
  }

  resized(): void {
    this.draw();
  }

  focus(): void {
    this.scroller.focus();
  }

  dispose(): void {
    this.listening.abort();
    this.search.dispose();
    this.rows.clear();
    this.node.remove();
  }

  /** The tensor's own row where it is in sight or is not what its module's row stands for, else the module's. */
  private itemFor(node: string | null, address: string | null): Item | null {
    const { modules, tensors, tensorItems } = this.model.items;
    const tensor = address === null ? undefined : tensors.get(address);
    const module = modules.get(node ?? tensor?.node ?? '');
    if (!tensor) {
      return node === null ? null : (module ?? null);
    }
    const prefix = module?.path ? `${module.path}.` : '';
    const names = [address!, tensor.address, ...tensor.names];
    const name = names.find(name => bodyOf(name).startsWith(prefix) && tensorItems.has(name));
    const own = tensorItems.get(name ?? tensor.address) ?? null;
    const visible = own && this.model.indexOf(own) >= 0;
    const stands = module && biggestOf(module) === tensor.address;
    return visible || !stands ? (own ?? module ?? null) : module;
  }

  private draw(): void {
    const { rows } = this.model;
    const height = this.scroller.clientHeight || 600;
    const first = Math.max(0, Math.floor(this.scroller.scrollTop / ROW_HEIGHT) - OVERSCAN);
    const last = Math.min(rows.length, Math.ceil((this.scroller.scrollTop + height) / ROW_HEIGHT) + OVERSCAN);
    const places = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i);
    const activePlace = this.active ? this.model.indexOf(this.active) : -1;
    if (activePlace >= 0 && (activePlace < first || activePlace >= last)) {
      places.push(activePlace);
    }
    this.canvas.style.height = `${rows.length * ROW_HEIGHT}px`;
    const text = this.model.filter?.text ?? [];
    const key = text.join(' ');
    if (key !== this.drawnText) {
      this.drawnText = key;
      this.clear();
    }
    const kept = new Set(places.map(place => rows[place]!.item));
    for (const [item, node] of this.rows) {
      if (!kept.has(item)) {
        node.remove();
        this.rows.delete(item);
      }
    }
    const whole = this.options.structure.totals.parameters;
    for (const place of places) {
      const row = rows[place]!;
      let node = this.rows.get(row.item);
      if (!node) {
        node = rowElement(row, `${this.id}-${row.item.id}`, { whole, text });
        this.rows.set(row.item, node);
        this.canvas.append(node);
      }
      updateRow(node, row, place, {
        selected: row.item === this.selected,
        active: place === activePlace,
        match: this.model.isMatch(row.item)
      });
    }
    const active = activePlace >= 0 ? this.rows.get(rows[activePlace]!.item) : undefined;
    setAttribute(this.scroller, 'aria-activedescendant', active?.id ?? null);
    setHidden(this.empty, rows.length > 0);
    setHidden(this.scroller, rows.length === 0);
    this.empty.textContent = this.model.filter ? 'Nothing in this model matches.' : 'No modules.';
  }

  private clear(): void {
    this.rows.forEach(node => node.remove());
    this.rows.clear();
  }

  private scrollTo(item: Item): void {
    // Rows may just have been opened, or found again: the browser scrolls no further than the content that it knows of.
    setHidden(this.scroller, this.model.rows.length === 0);
    this.canvas.style.height = `${this.model.rows.length * ROW_HEIGHT}px`;
    const place = this.model.indexOf(item);
    const top = place * ROW_HEIGHT;
    const height = this.scroller.clientHeight || 600;
    const { scrollTop } = this.scroller;
    if (place < 0 || (top >= scrollTop && top + ROW_HEIGHT <= scrollTop + height)) {
      return;
    }
    // One step beyond the edge scrolls one step; from afar the row comes to stand with its surroundings.
    const near = Math.min(Math.abs(top - scrollTop), Math.abs(top - scrollTop - height));
    this.scroller.scrollTop =
      near > 2 * ROW_HEIGHT ? top - height / 3 : top < scrollTop ? top : top + ROW_HEIGHT - height;
  }

  private moveTo(place: number): void {
    const row = this.model.rows[Math.max(0, Math.min(place, this.model.rows.length - 1))];
    if (row) {
      this.active = row.item;
      this.scrollTo(row.item);
      this.draw();
    }
  }

  private choose(item: Item): void {
    this.active = item;
    if (item.type === 'fold') {
      this.model.toggle(item);
      this.draw();
    } else {
      this.options.onSelect(item.type === 'tensor' ? item.node : item.path, biggestOf(item), item.type === 'tensor');
      this.draw();
    }
  }

  private onClick(event: MouseEvent): void {
    const target = event.target as Element;
    const node = target.closest('.mv-tree-row');
    const item = [...this.rows].find(([, row]) => row === node)?.[0];
    if (!item) {
      return;
    }
    const link = target.closest('.mv-tree-link') ? linkOf(item) : null;
    if (link) {
      this.follow(link.path, link.address);
      return;
    }
    this.active = item;
    if (target.closest('.mv-tree-twisty') && item.children.length) {
      this.model.toggle(item);
      this.draw();
      return;
    }
    // A block is opened by the click that chooses it, and closed by the next: it has no picture of its own.
    const block = item.type === 'module' && item.hasModules;
    const chosen = item === this.selected;
    if (block && (chosen || !this.isOpen(item))) {
      this.model.toggle(item);
    }
    this.choose(item);
  }

  /** To the other name of a tied tensor, or the first use of a shared module. */
  private follow(path: string, address: string | null): void {
    const { modules, tensors, tensorItems } = this.model.items;
    if (address === null) {
      const module = modules.get(path);
      this.options.onSelect(path, module ? biggestOf(module) : null, false);
      return;
    }
    const owner =
      tensorItems.get(address)?.node ??
      [...modules.keys()].filter(key => path.startsWith(`${key}.`)).sort((a, b) => b.length - a.length)[0];
    this.options.onSelect(owner ?? '', tensors.get(address)?.address ?? null, true);
  }

  private isOpen(item: Item): boolean {
    return this.model.rows[this.model.indexOf(item)]?.expanded === true;
  }

  private onKey(event: KeyboardEvent): void {
    const place = this.active ? this.model.indexOf(this.active) : -1;
    const page = Math.max(1, Math.floor((this.scroller.clientHeight || 600) / ROW_HEIGHT) - 1);
    const step = stepOf(event, this.model.rows, place, page, this.typeahead);
    if (!step) {
      return;
    }
    event.preventDefault();
    event.stopPropagation();
    if (step.do === 'move') {
      this.moveTo(step.to);
    } else if (step.do === 'choose') {
      this.choose(this.model.rows[place]!.item);
    } else {
      this.model.toggleAll(step.items, step.open);
      this.draw();
    }
  }

  private onSearch(query: string): void {
    this.model.search(query);
    const { filter, problem, matches, rows } = this.model;
    const found = matches ? `${formatCount(matches)} found` : 'none';
    this.search.update({ note: problem ?? (filter ? found : ''), invalid: problem !== null });
    const first = filter ? this.model.nextMatch(-1, 1) : -1;
    this.active =
      rows[first]?.item ??
      // To reveal what a search hides would end that search.
      (!filter && this.selected && this.model.reveal(this.selected) ? this.selected : (rows[0]?.item ?? null));
    this.jumped = false;
    this.scroller.scrollTop = 0;
    if (this.active) {
      this.scrollTo(this.active);
    }
    this.draw();
  }

  /** Chooses the next match; the first time the one that the search stands on. */
  private jump(step: 1 | -1): void {
    const place = this.active ? this.model.indexOf(this.active) : -1;
    const stay = !this.jumped && place >= 0 && this.model.isMatch(this.active!);
    const next = stay ? place : this.model.nextMatch(place, step);
    if (!this.model.filter || next < 0) {
      this.focus();
      return;
    }
    this.jumped = true;
    const { item } = this.model.rows[next]!;
    this.moveTo(next);
    this.choose(item);
    this.search.update({
      note: `${formatCount(this.model.matchNumber(this.model.indexOf(item)))} of ${formatCounted(this.model.matches, 'match', 'matches')}`
    });
  }

  private onSearchKey(event: KeyboardEvent): void {
    // Before the field's own listener, which takes an arrow down for Enter.
    if (event.key === 'ArrowDown' || (event.key === 'Enter' && event.shiftKey)) {
      event.preventDefault();
      event.stopPropagation();
      if (event.key === 'ArrowDown') {
        this.focus();
      } else {
        this.jump(-1);
      }
    }
  }

  private active: Item | null;
  private selected: Item | null = null;
  private drawnText = '';
  private jumped = false;
  private readonly id = uniqueId('tree');
  private readonly rows = new Map<Item, HTMLElement>();
  private readonly typeahead = new Typeahead();
  private readonly search: Search;
  private readonly scroller: HTMLElement;
  private readonly canvas: HTMLElement;
  private readonly empty: HTMLElement;
  private readonly listening = new AbortController();
}
