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

/** Numbers at the side of a chart: they scroll, so the keyboard must reach them. */
export const numberSide = (): HTMLElement =>
  element('div', { class: 'mv-measure-side', tabindex: 0, role: 'group', 'aria-label': 'Numbers' });

/** The same in a line each, for a picture. */
export const numberLines = (groups: readonly (readonly NumberRow[])[]): string[] =>
  groups.filter(rows => rows.length).map(rows => rows.map(({ name, value }) => `${name} ${value}`).join('   '));
