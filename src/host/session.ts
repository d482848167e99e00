import type { WidgetModel } from '@jupyter-widgets/base';

import { Store, parseState } from '../shell/store';
import { LiveSource } from '../tensor/live';
import type { EventMessage } from '../wire/protocol';
import { CommTransport } from './comm';

/** Milliseconds from a change on the page to Python's knowing of it. */
const SAVE_AFTER = 100;

/** The source and the state of one widget model, shared by its views, which come and go. */
export class Session {
  constructor(private readonly model: WidgetModel) {
    this.store = new Store(parseState(model.get('state')));
    this.store.changed.connect(this.save, this);
    model.on('change:state', this.load, this);
    model.on('msg:custom', this.push, this);
  }

  readonly store: Store;

  /** The source while a view looks through it: made for the first view, and let go with the last. */
  acquire(): LiveSource {
    this.users++;
    return (this.source ??= new LiveSource(new CommTransport(this.model)));
  }

  release(): void {
    if (--this.users === 0) {
      this.source?.dispose();
      this.source = null;
      if (this.ended) {
        this.dispose();
      }
    }
  }

  /** The model is closed: what its views look through is let go with the last of them. */
  end(): void {
    this.ended = true;
    if (this.users === 0) {
      this.dispose();
    }
  }

  private dispose(): void {
    clearTimeout(this.saving ?? undefined);
    this.source?.dispose();
    this.source = null;
    this.model.off('change:state', this.load, this);
    this.model.off('msg:custom', this.push, this);
    this.store.dispose();
  }

  private load(): void {
    this.store.set(parseState(this.model.get('state')));
  }

  /** Soon, not at once: the kernel takes one message after the other, and what the picture needs goes first. */
  private save(): void {
    this.saving ??= setTimeout(() => this.flush(), SAVE_AFTER);
  }

  private flush(): void {
    this.saving = null;
    this.model.set('state', this.store.value);
    if (this.model.comm_live) {
      this.model.save_changes();
    }
  }

  private push(message: unknown): void {
    const { kind, changed } = (message ?? {}) as Partial<EventMessage>;
    if (kind === 'event' && Array.isArray(changed)) {
      this.source?.invalidate(changed.map(({ address }) => String(address)));
    } else {
      console.warn("modelview: a message on the widget's comm was dropped: it is no event");
    }
  }

  private users = 0;
  private ended = false;
  private saving: ReturnType<typeof setTimeout> | null = null;
  private source: LiveSource | null = null;
}
