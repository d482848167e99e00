import { formatCount, formatPercent } from '../../tensor/format';
import { element } from '../../dom/element';
import { nameElement } from '../names';

export interface Bar {
  readonly label: string;
  /** Beside the label, quieter. */
  readonly note?: string;
  readonly amount: number;
  /** The amount in words. */
  readonly words: string;
  readonly onClick?: () => void;
}

/** The longest list of bars: what is beyond is one bar, so that the whole stays the whole. */
const MOST = 12;

/** Shares of a whole as labelled bars: name, bar, amount, percentage. */
export function barList(bars: readonly Bar[], whole: number, restWords: (amount: number) => string): HTMLElement {
  const shown = bars.length > MOST + 1 ? bars.slice(0, MOST) : bars;
  const rest = bars.slice(shown.length);
  const list = element('ul', { class: 'mv-bars' }, ...shown.map(bar => barElement(bar, whole)));
  if (rest.length) {
    const amount = rest.reduce((sum, bar) => sum + bar.amount, 0);
    list.append(barElement({ label: `${formatCount(rest.length)} more`, amount, words: restWords(amount) }, whole));
  }
  return list;
}

function barElement({ label, note, amount, words, onClick }: Bar, whole: number): HTMLElement {
  const name = nameElement(label);
  const head = onClick
    ? element('button', { type: 'button', class: 'mv-link mv-bars-label' }, name)
    : element('span', { class: 'mv-bars-label' }, name);
  if (onClick) {
    head.addEventListener('click', onClick);
  }
  if (note !== undefined && note !== label) {
    head.append(element('span', { class: 'mv-bars-note' }, note));
  }
  const item = element('li', { class: 'mv-bars-row' }, head, shareBar(amount, whole));
  item.append(
    element('span', { class: 'mv-bars-words' }, words),
    element('span', { class: 'mv-bars-share' }, formatPercent(amount, whole))
  );
  return item;
}

/** A bar alone, for a cell that says the number beside it. */
export function shareBar(amount: number, whole: number): HTMLElement {
  const track = element('span', { class: 'mv-share', 'aria-hidden': 'true' });
  if (amount > 0) {
    const fill = element('span', { class: 'mv-share-fill' });
    fill.style.width = `${100 * Math.min(1, amount / (whole || 1))}%`;
    track.append(fill);
  }
  return track;
}
