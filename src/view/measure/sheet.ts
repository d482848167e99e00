import { element } from '../../dom/element';
import { Notice } from '../../ui/notice';
import type { Selection, TensorDescriptor, ViewState } from '../../wire/protocol';
import type { ViewContext } from '../view';
import type { Actions } from './actions';
import { nothingIn } from './nothing';
import { selectionOf } from './scope';

export interface SheetOptions {
  readonly context: ViewContext;
  readonly tensor: TensorDescriptor;
  /** Of the style sheets: `channels`. */
  readonly name: string;
  /** Before the choices. */
  readonly tabs?: HTMLElement;
  readonly choices: readonly HTMLElement[];
  readonly actions: Actions;
  /** Under the controls. */
  readonly body: readonly HTMLElement[];
  /** What is said where nothing can be measured. */
  readonly titles: { readonly empty: string; readonly problem: string };
  /** To measure: at first, and when the selection has changed. */
  readonly onUpdate: () => void;
  /** The values of these tensors have changed. */
  readonly onValues: (addresses: readonly string[]) => unknown;
  readonly onState?: (changed: readonly (keyof ViewState)[]) => unknown;
}

/** What views that measure have in common: controls above, what is measured below, and the tensor that they are of. */
export class Sheet {
  readonly node: HTMLElement;
  readonly choices: HTMLElement;

  constructor(private readonly options: SheetOptions) {
    const { name, tabs, choices, actions, body } = options;
    this.choices = element('div', { class: 'mv-measure-choices' }, ...choices);
    this.bar = element('div', { class: 'mv-measure-bar' }, ...(tabs ? [tabs] : []), this.choices, actions.node);
    this.node = element('div', { class: `mv-measure mv-${name}` }, this.bar, ...body);
  }

  get selection(): Selection {
    return selectionOf(this.options.tensor, this.options.context.state.value);
  }

  /** For who tests, and for style sheets: `loading`, `ready`, … */
  set state(name: string) {
    this.node.dataset.mvState = name;
  }

  /** Begins to measure, or says why there is nothing to. */
  start(): void {
    const { context, tensor, titles, onUpdate } = this.options;
    const nothing = nothingIn(tensor, titles);
    if (nothing) {
      this.state = nothing.state;
      this.notice.update(nothing.notice);
      this.node.replaceChildren(this.notice.node);
      return;
    }
    context.state.changed.connect(this.onState);
    context.source.tensorsChanged.connect(this.onTensors);
    onUpdate();
  }

  dispose(): void {
    const { state, source, readout } = this.options.context;
    state.changed.disconnect(this.onState);
    source.tensorsChanged.disconnect(this.onTensors);
    this.notice.dispose();
    readout(null);
    this.node.remove();
  }

  private readonly onState = (_: unknown, changed: readonly (keyof ViewState)[]): void => {
    if (changed.includes('slices')) {
      this.options.onUpdate();
    }
    this.options.onState?.(changed);
  };

  private readonly onTensors = (_: unknown, addresses: readonly string[]): void => {
    this.options.onValues(addresses);
  };

  private readonly notice = new Notice();
  private readonly bar: HTMLElement;
}
