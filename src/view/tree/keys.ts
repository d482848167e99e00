import type { Item } from './items';
import type { Row } from './rows';

/** What a key asks of the tree. */
export type Step =
  | { readonly do: 'move'; readonly to: number }
  | { readonly do: 'toggle'; readonly items: readonly Item[]; readonly open: boolean }
  | { readonly do: 'choose' };

const PATIENCE = 600;

/** Letters typed within a moment of each other are one word. */
export class Typeahead {
  private typed = '';
  private last = -Infinity;

  /** Where the word leads: to the next row whose name begins with it, from the row where it stands. */
  next(key: string, rows: readonly Row[], from: number, now: number): number {
    this.typed = now - this.last > PATIENCE ? key : this.typed + key;
    this.last = now;
    // The same letter again walks through the names that begin with it.
    const repeated = this.typed === key.repeat(this.typed.length);
    const word = (repeated ? this.typed[0]! : this.typed).toLowerCase();
    const start = word.length > 1 ? 0 : 1;
    for (let i = start; i < rows.length + start; i++) {
      const place = (from + i + rows.length) % rows.length;
      if (rows[place]!.item.name.toLowerCase().startsWith(word)) {
        return place;
      }
    }
    return -1;
  }
}

/** The keys of the WAI-ARIA tree pattern. Null where the key is not the tree's. */
export function stepOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'timeStamp'>,
  rows: readonly Row[],
  place: number,
  page: number,
  typeahead: Typeahead
): Step | null {
  if (event.ctrlKey || event.metaKey || event.altKey || !rows.length) {
    return null;
  }
  const row = rows[place];
  const move = (to: number): Step => ({ do: 'move', to });
  switch (event.key) {
    case 'ArrowDown':
      return move(place + 1);
    case 'ArrowUp':
      return move(place - 1);
    case 'PageDown':
      return move(place + page);
    case 'PageUp':
      return move(place - page);
    case 'Home':
      return move(0);
    case 'End':
      return move(rows.length - 1);
    case 'Enter':
    case ' ':
      return row ? { do: 'choose' } : null;
    case 'ArrowRight':
      if (row?.expanded === false) {
        return { do: 'toggle', items: [row.item], open: true };
      }
      return row?.expanded ? move(place + 1) : null;
    case 'ArrowLeft':
      if (row?.expanded) {
        return { do: 'toggle', items: [row.item], open: false };
      }
      return row ? move(parentOf(rows, place)) : null;
    case '*':
      return row ? { do: 'toggle', items: siblingsOf(rows, place), open: true } : null;
    default: {
      const to = event.key.length === 1 ? typeahead.next(event.key, rows, place, event.timeStamp) : -1;
      return to >= 0 ? move(to) : null;
    }
  }
}

function parentOf(rows: readonly Row[], place: number): number {
  const { depth } = rows[place]!;
  let above = place;
  while (above > 0 && rows[above]!.depth >= depth) {
    above--;
  }
  return depth === 0 ? place : above;
}

function siblingsOf(rows: readonly Row[], place: number): Item[] {
  const { item, depth } = rows[place]!;
  return rows.filter(row => row.depth === depth && row.item.parent === item.parent).map(row => row.item);
}
