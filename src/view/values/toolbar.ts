import { Button } from '../../ui/button';
import { element } from '../../dom/element';

export interface ToolbarOptions {
  readonly onFit: () => void;
  readonly onZoom: (into: boolean) => void;
  readonly onSelectMode: (on: boolean) => void;
  readonly onSave: () => void;
  readonly onCopy: () => Promise<void>;
}

const COPIED = 1500;

/** The picture's own controls. */
export class Toolbar {
  readonly node: HTMLDivElement;
  private readonly buttons: readonly Button[];
  private readonly select: Button;
  private readonly copy: Button;
  private selecting = false;
  private timer = 0;

  constructor(options: ToolbarOptions) {
    this.select = new Button({
      label: 'Select a rectangle',
      tip: 'Select a rectangle by dragging (or Shift + drag, or the key S)',
      icon: 'select',
      iconOnly: true,
      kind: 'quiet',
      onClick: () => this.setSelecting(!this.selecting, options)
    });
    this.select.update({ pressed: false });
    this.copy = new Button({
      label: 'Copy as Python',
      icon: 'copy',
      iconOnly: true,
      kind: 'quiet',
      onClick: () => void this.copied(options.onCopy())
    });
    const quiet = (
      label: string,
      icon: 'fit' | 'minus' | 'plus' | 'download',
      tip: string,
      onClick: () => void
    ): Button => new Button({ label, icon, tip, iconOnly: true, kind: 'quiet', onClick });
    this.buttons = [
      quiet('Zoom out', 'minus', 'Zoom out (−)', () => options.onZoom(false)),
      quiet('Zoom in', 'plus', 'Zoom in (+)', () => options.onZoom(true)),
      quiet('Fit', 'fit', 'Fit (0); once more: all of it', options.onFit),
      this.select,
      this.copy,
      quiet('Save as PNG', 'download', 'Save the picture as PNG', options.onSave)
    ];
    this.node = element('div', {
      class: 'mv-values-toolbar',
      role: 'toolbar',
      'aria-label': 'Picture'
    });
    this.node.append(...this.buttons.map(button => button.node));
  }

  enable(on: boolean): void {
    for (const button of this.buttons) {
      button.update({ disabled: !on });
    }
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const button of this.buttons) {
      button.dispose();
    }
    this.node.remove();
  }

  private setSelecting(on: boolean, options: ToolbarOptions): void {
    this.selecting = on;
    this.select.update({ pressed: on });
    options.onSelectMode(on);
  }

  private async copied(copying: Promise<void>): Promise<void> {
    const done = await copying.then(
      () => true,
      () => false
    );
    this.copy.update(
      done ? { icon: 'check', tip: 'Copied' } : { icon: 'warning', tip: 'The browser did not allow copying' }
    );
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => this.copy.update({ icon: 'copy', tip: 'Copy as Python' }), COPIED);
  }
}
