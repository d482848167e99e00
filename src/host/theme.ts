import { Signal } from '@lumino/signaling';
import type { ISignal } from '@lumino/signaling';

import type { Theme } from '../view/view';

/** JupyterLab tells its theme by an attribute of the body; elsewhere the system's preference decides. */
class PageTheme {
  constructor() {
    new MutationObserver(() => this.check()).observe(document.body, {
      attributes: true,
      attributeFilter: ['data-jp-theme-light']
    });
    this.preference.addEventListener('change', () => this.check());
    this.current = this.read();
  }

  get value(): Theme {
    return this.current;
  }

  get changed(): ISignal<this, Theme> {
    return this.changedSignal;
  }

  private read(): Theme {
    const light = document.body.dataset.jpThemeLight;
    return light === undefined ? (this.preference.matches ? 'dark' : 'light') : light === 'false' ? 'dark' : 'light';
  }

  private check(): void {
    const now = this.read();
    if (now !== this.current) {
      this.current = now;
      this.changedSignal.emit(now);
    }
  }

  private current: Theme;
  private readonly preference = matchMedia('(prefers-color-scheme: dark)');
  private readonly changedSignal = new Signal<this, Theme>(this);
}

let theme: PageTheme | undefined;

/** One for the page, and made once: it lives as long as the page does. */
export const pageTheme = (): PageTheme => (theme ??= new PageTheme());
