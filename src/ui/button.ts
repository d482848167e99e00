import { element, OWN_KEYS, setAttribute, setHidden } from '../dom/element';
import { icon, type IconName } from './icons';

export interface ButtonOptions {
  /** What it does; the accessible name too where only the icon is drawn. */
  readonly label: string;
  readonly icon?: IconName;
  /** `plain` has a border, `quiet` none, `primary` is the one thing to do here. */
  readonly kind?: 'plain' | 'quiet' | 'primary';
  /** Draw the icon alone. The label becomes its name and its tooltip. */
  readonly iconOnly?: boolean;
  /** More than the label says. */
  readonly tip?: string;
  readonly onClick: (event: MouseEvent) => void;
}

export interface ButtonState {
  readonly label?: string;
  readonly icon?: IconName;
  readonly tip?: string;
  readonly disabled?: boolean;
  readonly hidden?: boolean;
  /** Given, the button is a toggle. */
  readonly pressed?: boolean;
}

export class Button {
  readonly node: HTMLButtonElement;

  constructor(private readonly options: ButtonOptions) {
    this.label = options.label;
    this.icon = options.icon;
    this.tip = options.tip;
    this.node = element('button', {
      ...OWN_KEYS,
      type: 'button',
      class: `mv-button mv-button-${options.kind ?? 'plain'}${options.iconOnly ? ' mv-button-icon' : ''}`
    });
    this.node.addEventListener('click', options.onClick);
    this.draw();
  }

  update(state: ButtonState): void {
    this.label = state.label ?? this.label;
    this.icon = state.icon ?? this.icon;
    this.tip = state.tip ?? this.tip;
    if (state.disabled !== undefined) {
      this.node.disabled = state.disabled;
    }
    if (state.hidden !== undefined) {
      setHidden(this.node, state.hidden);
    }
    if (state.pressed !== undefined) {
      setAttribute(this.node, 'aria-pressed', String(state.pressed));
    }
    this.draw();
  }

  dispose(): void {
    this.node.removeEventListener('click', this.options.onClick);
    this.node.remove();
  }

  private draw(): void {
    const { label, tip } = this;
    const { iconOnly } = this.options;
    const drawn = `${this.icon ?? ''} ${label}`;
    if (drawn !== this.drawn) {
      this.drawn = drawn;
      this.node.replaceChildren(
        ...(this.icon ? [icon(this.icon)] : []),
        ...(iconOnly ? [] : [element('span', {}, label)])
      );
    }
    setAttribute(this.node, 'aria-label', iconOnly ? label : null);
    setAttribute(this.node, 'data-mv-tip', tip ?? (iconOnly ? label : null));
  }

  private label: string;
  private icon: IconName | undefined;
  private tip: string | undefined;
  private drawn = '';
}
