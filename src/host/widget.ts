import { DOMWidgetModel, DOMWidgetView } from '@jupyter-widgets/base';
import type { Message } from '@lumino/messaging';

import '../../style/index.css';
import { stats } from '../gl';
import type { ContextStats } from '../gl';
import { Frame } from '../shell/frame';
import { tileCacheSize } from '../tensor/live';
import { DEFAULT_STATE } from '../wire/protocol';
import { MODULE_NAME, MODULE_VERSION } from '../version';
import { Session } from './session';
import { pageTheme } from './theme';

/** The widget of `ModelView` and of `TensorView`: python-bridge/modelview/widget.py. */
export class ModelViewModel extends DOMWidgetModel {
  override defaults(): ReturnType<DOMWidgetModel['defaults']> {
    return {
      ...super.defaults(),
      _model_module: MODULE_NAME,
      _model_module_version: MODULE_VERSION,
      _model_name: 'ModelViewModel',
      _view_module: MODULE_NAME,
      _view_module_version: MODULE_VERSION,
      _view_name: 'ModelViewView',
      kind: 'model',
      title: '',
      state: DEFAULT_STATE
    };
  }

  get session(): Session {
    return (this.made ??= new Session(this));
  }

  /** What all views of the page hold together: for tests, and for who wonders about memory. */
  static held(): ContextStats & { readonly tiles: number; readonly tileBytes: number } {
    const { tiles, bytes } = tileCacheSize();
    return { ...stats(), tiles, tileBytes: bytes };
  }

  /**
   * Closed in Python, the views stay and say so, as they do when the kernel goes: what a person looks at does not vanish. Each
   * goes with the output that it is in.
   */
  override close(commClosed?: boolean): Promise<void> {
    if (commClosed) {
      this.views = {};
      this.comm_live = false;
    }
    this.made?.end();
    return super.close(commClosed);
  }

  // `declare`: Backbone calls `initialize` and `render` from its own constructor, and a field's initialiser would run after them.
  declare private made: Session | undefined;
}

export class ModelViewView extends DOMWidgetView {
  declare model: ModelViewModel;

  override render(): void {
    const { session } = this.model;
    // The manager would remove the view with a model that Python closes: `ModelViewModel.close` decides.
    this.stopListening(this.model, 'destroy');
    this.frame = new Frame({
      source: session.acquire(),
      store: session.store,
      theme: pageTheme(),
      kind: this.model.get('kind') === 'tensor' ? 'tensor' : 'model',
      title: String(this.model.get('title') ?? '')
    });
    this.el.append(this.frame.node);
    this.sizes = new ResizeObserver(() => this.frame?.resized());
    this.sizes.observe(this.el);
    this.watchPixelRatio();
  }

  override processLuminoMessage(message: Message): void {
    super.processLuminoMessage(message);
    if (message.type === 'after-attach' || message.type === 'after-show') {
      this.frame?.resized();
    }
  }

  override remove(): this {
    if (this.frame) {
      this.sizes?.disconnect();
      this.ratio!.onchange = null;
      this.frame.dispose();
      this.frame = undefined;
      this.model.session.release();
    }
    super.remove();
    return this;
  }

  /** A media query tells of leaving the ratio it was made for, so each ratio needs its own. */
  private watchPixelRatio(): void {
    this.ratio = matchMedia(`(resolution: ${devicePixelRatio}dppx)`);
    this.ratio.onchange = () => {
      this.ratio!.onchange = null;
      this.frame?.resized();
      this.watchPixelRatio();
    };
  }

  declare private frame: Frame | undefined;
  declare private sizes: ResizeObserver | undefined;
  declare private ratio: MediaQueryList | undefined;
}
