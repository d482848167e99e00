import { element } from '../../dom/element';

/** A line of a table of numbers: its name, its value, and what is to be said of it. */
export interface NumberRow {
  readonly name: string;
  readonly value: string;
  readonly note?: string;
  /** What the number means. */
  readonly tip?: string;
}

/** Numbers in groups, each a list of terms and what they come to. */
export function numberTable(groups: readonly (readonly NumberRow[])[]): HTMLElement {
  const node = element('div', { class: 'mv-numbers' });
  for (const rows of groups.filter(rows => rows.length)) {
    const list = element('dl', { class: 'mv-numbers-group' });
    for (const { name, value, note, tip } of rows) {
      list.append(
        element(
          'div',
          tip === undefined ? {} : { 'data-mv-tip': tip },
          element('dt', {}, name),
          element('dd', {}, value)
        )
      );
      if (note) {
        list.lastElementChild!.append(element('dd', { class: 'mv-numbers-note' }, note));
      }
    }
    node.append(list);
  }
  return node;
}
