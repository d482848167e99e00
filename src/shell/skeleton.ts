import { element } from '../dom/element';

/** Indents and widths of rows that could be a model's. */
const ROWS: readonly (readonly [number, number])[] = [
  [0, 96],
  [1, 112],
  [2, 128],
  [2, 104],
  [2, 88],
  [1, 80],
  [2, 96],
  [1, 72]
];

export function treeSkeleton(): HTMLElement {
  const rows = ROWS.map(([indent, width]) => {
    const bone = element('span', { class: 'mv-bone' });
    bone.style.cssText = `margin-left: ${16 * indent}px; width: ${width}px`;
    return bone;
  });
  return element('div', { class: 'mv-skeleton-tree', 'aria-hidden': 'true' }, ...rows);
}

/** The frame's shape while its structure is on the way: nothing jumps when it comes. */
export function skeleton(kind: 'model' | 'tensor'): HTMLElement {
  const bars = (count: number): HTMLElement[] =>
    Array.from({ length: count }, () => element('span', { class: 'mv-bone' }));
  const node = element('div', { class: 'mv-skeleton' });
  if (kind === 'model') {
    node.append(element('div', { class: 'mv-skeleton-tabs', 'aria-hidden': 'true' }, ...bars(2)));
  }
  node.append(
    element('div', { class: 'mv-skeleton-picture', 'aria-hidden': 'true' }),
    element('p', { class: 'mv-skeleton-word', role: 'status' }, 'Reading the structure …')
  );
  return node;
}
