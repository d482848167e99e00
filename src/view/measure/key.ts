import { create } from 'd3';

import { element } from '../../dom/element';

export type KeyMark = 'bars' | 'line' | 'dashed' | 'whisker' | 'band' | 'fit' | 'dots';

export interface KeyEntry {
  readonly mark: KeyMark | SVGSVGElement;
  readonly text: string;
}

/** The legend of a chart: a sample of each mark, and what it stands for. */
export function chartKey(entries: readonly KeyEntry[]): HTMLElement {
  const list = element('ul', { class: 'mv-key', 'aria-label': 'Legend' });
  for (const { mark, text } of entries) {
    const sample = typeof mark === 'string' ? element('span', { class: `mv-key-mark mv-key-${mark}` }) : mark;
    list.append(element('li', {}, sample, element('span', {}, text)));
  }
  return list;
}

/** A piece of a series' line, in its colour and its dash. */
export function seriesMark(series: number): SVGSVGElement {
  const svg = create('svg:svg').attr('class', 'mv-key-series').attr('viewBox', '0 0 30 10').attr('aria-hidden', 'true');
  svg.append('path').attr('class', `mv-outline mv-outline-pointed mv-series-${series}`).attr('d', 'M0,5h30');
  return svg.node() as SVGSVGElement;
}
