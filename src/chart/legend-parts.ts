import type { Selection } from 'd3';

export type Div = Selection<HTMLDivElement, undefined, null, undefined>;
export type Field = Selection<HTMLInputElement, undefined, null, undefined>;
export type Choice = Selection<HTMLSelectElement, undefined, null, undefined>;

export const row = (parent: Div): Div => parent.append('div').attr('class', 'mv-legend-choice');

/** Drawn as ui's picker is; chart does not import ui. */
export function select(parent: Div, label: string, options: readonly (readonly [string, string])[]): Choice {
  const box = parent.append('span').attr('class', 'mv-picker-box');
  const choice = box
    .append('select')
    .attr('class', 'mv-select')
    .attr('data-lm-suppress-shortcuts', 'true')
    .attr('aria-label', label);
  choice
    .selectAll('option')
    .data(options)
    .join('option')
    .attr('value', option => option[0])
    .text(option => option[1]);
  const arrow = box.append('svg:svg').attr('class', 'mv-icon').attr('viewBox', '0 0 16 16');
  arrow.attr('aria-hidden', 'true').append('path').attr('d', 'M4.5 6.5l3.5 3.5 3.5-3.5');
  return choice;
}

export const field = (parent: Div, label: string): Field =>
  parent
    .append('input')
    .attr('class', 'mv-field')
    .attr('data-lm-suppress-shortcuts', 'true')
    .attr('type', 'text')
    .attr('inputmode', 'decimal')
    .attr('spellcheck', 'false')
    .attr('aria-label', label);

/**
 * A field's text stands: by Enter, which is not a change everywhere (in a notebook it is none), or as it is left. Text that was
 * taken by Enter is not taken again when the field goes, as it does when another range is chosen.
 */
export function onTyped(input: Field, listener: () => void, signal: AbortSignal): void {
  const node = input.node()!;
  let taken: string | null = null;
  const take = (): void => {
    if (node.value !== taken) {
      taken = node.value;
      listener();
    }
  };
  const on = (type: string, handle: (event: KeyboardEvent) => void): void =>
    node.addEventListener(type, event => handle(event as KeyboardEvent), { signal });
  on('focus', () => (taken = node.value));
  on('change', take);
  on('keydown', event => {
    if (event.key === 'Enter') {
      take();
    }
  });
}

/** Writes a field, but not under the hand that types in it. */
export function write(input: Field, text: string): void {
  if (input.node() !== document.activeElement) {
    input.property('value', text).attr('aria-invalid', null).attr('data-mv-tip', null);
  }
}

/** Marks what was typed as wrong, and says what would be right; null where it is right. */
export const mark = (input: Field, problem: string | null): void =>
  void input.attr('aria-invalid', problem === null ? null : 'true').attr('data-mv-tip', problem);

export const show = (div: Div | Field, shown: boolean): void => void div.property('hidden', !shown);
