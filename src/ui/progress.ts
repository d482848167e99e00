import { formatCount, formatPercent } from '../tensor/format';
import type { Progress } from '../tensor/source';
import { Button } from './button';
import { element, setAttribute, setHidden, setText } from '../dom/element';

export interface ProgressOptions {
  /** Given, there is a button for it. */
  readonly onCancel?: () => void;
}

/** Long work: what it is, how far it is, and a way out. Hidden while there is none. */
export class ProgressBar {
  readonly node: HTMLDivElement;

  constructor({ onCancel }: ProgressOptions = {}) {
    this.label = element('span', { class: 'mv-progress-label' });
    this.count = element('span', { class: 'mv-progress-count' });
    this.fill = element('div', { class: 'mv-progress-fill' });
    this.track = element('div', { class: 'mv-progress-track', role: 'progressbar' }, this.fill);
    this.node = element('div', { class: 'mv-progress', hidden: true }, this.label, this.count);
    this.node.append(this.track);
    if (onCancel) {
      this.cancel = new Button({ label: 'Cancel', onClick: onCancel });
      this.node.append(this.cancel.node);
    }
  }

  /** A `total` of 0 is work of unknown length. */
  update(progress: Progress | null): void {
    setHidden(this.node, progress === null);
    if (!progress) {
      return;
    }
    const { done, total, label } = progress;
    const known = total > 0;
    const part = known ? Math.min(1, done / total) : 0;
    setText(this.label, label);
    setText(this.count, known ? `${formatCount(done)} of ${formatCount(total)} · ${formatPercent(done, total)}` : '');
    this.track.classList.toggle('mv-progress-unknown', !known);
    setAttribute(this.track, 'aria-label', label);
    setAttribute(this.track, 'aria-valuemin', '0');
    setAttribute(this.track, 'aria-valuemax', '100');
    setAttribute(this.track, 'aria-valuenow', known ? String(Math.round(part * 100)) : null);
    this.fill.style.transform = known ? `scaleX(${part})` : '';
  }

  dispose(): void {
    this.cancel?.dispose();
    this.node.remove();
  }

  private readonly label: HTMLElement;
  private readonly count: HTMLElement;
  private readonly track: HTMLElement;
  private readonly fill: HTMLElement;
  private readonly cancel: Button | undefined;
}
