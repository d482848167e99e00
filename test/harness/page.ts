/** What a demo needs of the frame: a state, a theme, a context. */
import { Signal } from '@lumino/signaling';

import type { TensorSource } from '../../src/tensor/source';
import type { StateStore, Theme, ViewContext } from '../../src/view/view';
import { DEFAULT_STATE } from '../../src/wire/protocol';
import type { Structure, TensorDescriptor, ViewState } from '../../src/wire/protocol';

export class DemoState implements StateStore {
  readonly changed = new Signal<this, readonly (keyof ViewState)[]>(this);
  value: ViewState;

  constructor(initial: Partial<ViewState> = {}) {
    this.value = { ...DEFAULT_STATE, ...initial };
  }

  set(change: Partial<ViewState>): void {
    const keys = (Object.keys(change) as (keyof ViewState)[]).filter(
      key => JSON.stringify(change[key]) !== JSON.stringify(this.value[key])
    );
    if (keys.length) {
      this.value = { ...this.value, ...change };
      this.changed.emit(keys);
    }
  }
}

export class DemoTheme {
  readonly changed = new Signal<this, Theme>(this);

  get value(): Theme {
    return document.body.dataset.jpThemeLight === 'false' ? 'dark' : 'light';
  }

  set(theme: Theme): void {
    document.body.dataset.jpThemeLight = String(theme === 'light');
    const link = document.getElementById('theme') as HTMLLinkElement | null;
    for (const root of document.querySelectorAll<HTMLElement>('.mv-root')) {
      root.dataset.mvTheme = theme;
    }
    if (!link) {
      this.changed.emit(theme);
      return;
    }
    link.onload = () => this.changed.emit(theme);
    link.href = `theme-${theme}.css`;
  }
}

export const query = new URLSearchParams(location.search);

/** Resolves when JupyterLab's theme variables are there. */
export function themeLoaded(): Promise<void> {
  const link = document.getElementById('theme') as HTMLLinkElement | null;
  return !link || link.sheet
    ? Promise.resolve()
    : new Promise(resolve => link.addEventListener('load', () => resolve(), { once: true }));
}

/** An `.mv-root` of a fixed size. */
export function makeRoot(width: string, height: string, theme: Theme): HTMLElement {
  const root = document.createElement('div');
  root.className = 'mv-root';
  root.dataset.mvTheme = theme;
  Object.assign(root.style, { width, height, position: 'relative' });
  document.body.append(root);
  return root;
}

let contexts = 0;

export function makeContext(
  source: TensorSource,
  structure: Structure,
  { state = new DemoState(), theme = new DemoTheme() } = {}
): ViewContext & { state: DemoState; theme: DemoTheme; readout: ViewContext['readout'] } {
  return { source, structure, state, theme, id: `demo-${contexts++}`, readout: () => undefined };
}

export function emptyStructure(tensors: readonly TensorDescriptor[] = []): Structure {
  return {
    name: 'demo',
    kind: 'demo',
    nodes: [],
    tensors,
    totals: {
      parameters: 0,
      trainable: 0,
      bytes: 0,
      tensors: tensors.length,
      modules: 0,
      dtypes: {},
      devices: {}
    }
  };
}
