import { element } from '../../dom/element';
import { colourTable } from '../../tensor/colour';
import type { ColourTheme } from '../../tensor/colour';
import { kindChip, SORTS } from '../tree/kinds';
import type { Sort } from '../tree/kinds';
import type { Box } from './boxes';
import { sortOfBox } from './colours';
import type { Colouring } from './colours';
import { amountOf } from './overlays';

/** What colours mean, always in sight: the sorts of layers that there are, or the range of a statistic. */
export class Legend {
  readonly node = element('div', { class: 'mv-graph-legend', role: 'group', 'aria-label': 'Colours' });
  private drawn = '';

  update(colouring: Colouring, boxes: readonly Box[], theme: ColourTheme): void {
    const sorts = colouring.by === 'kind' ? sortsOf(boxes) : [];
    const key = JSON.stringify(colouring.by === 'kind' ? sorts : [colouring.overlay.id, colouring.reach, theme]);
    if (key !== this.drawn) {
      this.drawn = key;
      this.node.replaceChildren(
        ...(colouring.by === 'kind' ? sorts.map(sortElement) : scaleElements(colouring, theme))
      );
    }
  }
}

function sortsOf(boxes: readonly Box[]): Sort[] {
  const there = new Set(boxes.map(sortOfBox));
  return (Object.keys(SORTS) as Sort[]).filter(sort => sort !== 'other' && there.has(sort));
}

/** A class's name that stands for its sort, so that the chip is the tree's own. */
const EXAMPLES: Readonly<Record<Sort, string>> = {
  attention: 'Attention',
  container: '',
  convolution: 'Conv',
  embedding: 'Embedding',
  function: 'ReLU',
  linear: 'Linear',
  normalisation: 'Norm',
  other: '',
  recurrent: 'LSTM'
};

const sortElement = (sort: Sort): HTMLElement =>
  element('span', { class: 'mv-graph-sort' }, kindChip(EXAMPLES[sort], sort === 'container'), SORTS[sort].label);

function scaleElements({ overlay, reach }: Colouring & { by: 'overlay' }, theme: ColourTheme): HTMLElement[] {
  const table = colourTable('sequential', theme);
  const stops = [0, 0.25, 0.5, 0.75, 1].map(part => {
    const at = Math.round(part * (table.length / 4 - 1)) * 4;
    return `rgb(${table[at]}, ${table[at + 1]}, ${table[at + 2]})`;
  });
  const bar = element('span', { class: 'mv-graph-scale', 'aria-hidden': 'true' });
  bar.style.background = `linear-gradient(to right, ${stops.join(', ')})`;
  const tip = 'From nothing to the most of the boxes that are open on the stage.';
  return [
    element('span', { class: 'mv-graph-scale-name' }, overlay.label),
    element('span', {}, amountOf(overlay, 0)),
    bar,
    element('span', { 'data-mv-tip': tip }, amountOf(overlay, reach))
  ];
}
