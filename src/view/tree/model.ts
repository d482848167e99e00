import type { Structure } from '../../wire/protocol';
import { find, parseFilter } from './filter';
import type { Filter } from './filter';
import { itemsOf } from './items';
import type { Item, Items } from './items';
import { ancestorsOf, openAtFirst, rowsOf } from './rows';
import type { Found, Row } from './rows';

/** How many rows may be open at first. */
const ROOM = 24;

/** What the tree shows of a structure: what is open, what is searched for, and the rows that follow. Knows no document. */
export class TreeModel {
  readonly items: Items;

  constructor(structure: Structure) {
    this.items = itemsOf(structure);
    this.open = openAtFirst(this.items, ROOM);
    this.flatten();
  }

  get rows(): readonly Row[] {
    return this._rows;
  }

  get filter(): Filter | null {
    return this._filter;
  }

  /** What of the query could not be read: then all rows are there, as without one. */
  get problem(): string | null {
    return this._problem;
  }

  /** Items that the search found; 0 without one. */
  get matches(): number {
    return this.found?.matches.size ?? 0;
  }

  /** Without a search every row is one. */
  isMatch(item: Item): boolean {
    return this.found?.matches.has(item) ?? true;
  }

  indexOf(item: Item): number {
    return this.places.get(item) ?? -1;
  }

  toggle(item: Item, open = !this.expanded.has(item.id)): void {
    this.toggleAll([item], open);
  }

  toggleAll(items: readonly Item[], open: boolean): void {
    for (const item of items) {
      if (item.children.length) {
        this.expanded[open ? 'add' : 'delete'](item.id);
      }
    }
    this.flatten();
  }

  /** Opens what stands above an item. A search that hides it ends: false says so. */
  reveal(item: Item): boolean {
    const hidden = this.found && !this.found.matches.has(item) && !this.found.above.has(item);
    if (hidden && this.indexOf(item) < 0) {
      this.search('');
    }
    if (this.indexOf(item) < 0) {
      this.toggleAll(ancestorsOf(item), true);
    }
    return !hidden;
  }

  search(query: string): void {
    const asked = parseFilter(query);
    this._problem = asked?.problem ?? null;
    this._filter = this._problem === null ? asked : null;
    this.found = this._filter ? find(this.items, this._filter) : null;
    // What a search opens is forgotten with it.
    this.openFound = new Set([...(this.found?.above ?? [])].map(item => item.id));
    this.flatten();
  }

  /** The next row that was found after (or before) a place, going round; -1 where none was. */
  nextMatch(from: number, step: 1 | -1): number {
    const count = this.rows.length;
    for (let i = 1; i <= count; i++) {
      const place = (from + step * i + count * 2) % count;
      if (this.found?.matches.has(this.rows[place]!.item)) {
        return place;
      }
    }
    return -1;
  }

  /** Which of the matches a row is, from 1. */
  matchNumber(place: number): number {
    let number = 0;
    for (let i = 0; i <= place; i++) {
      number += this.isMatch(this.rows[i]!.item) ? 1 : 0;
    }
    return number;
  }

  private get expanded(): Set<string> {
    return this.found ? this.openFound : this.open;
  }

  private flatten(): void {
    this._rows = rowsOf(this.items.roots, this.expanded, this.found);
    this.places = new Map(this._rows.map((row, place) => [row.item, place]));
  }

  private _rows: Row[] = [];
  private _filter: Filter | null = null;
  private _problem: string | null = null;
  private places = new Map<Item, number>();
  private readonly open: Set<string>;
  private openFound = new Set<string>();
  private found: Found | null = null;
}
