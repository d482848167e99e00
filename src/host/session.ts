import type { WidgetModel } from '@jupyter-widgets/base';

import { mergeStates } from '../shell/merge-states';
import { parseRevision } from '../shell/parse-state';
import { Store, parseState, sameJSON } from '../shell/store';
import { LiveSource } from '../tensor/live';
import type { EventMessage, ViewState } from '../wire/protocol';
import { CommTransport } from './comm';

/** Milliseconds from a change on the page to Python's knowing of it. */
const SAVE_AFTER = 100;

/** The source and the state of one widget model, shared by its views, which come and go. */
export class Session {
  constructor(private readonly model: WidgetModel) {
    this.seen = parseState(model.get('state'));
    this.store = new Store(this.seen);
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

  /** Takes what Python wrote. What was changed here and is not saved yet stays, and is saved. */
  private load(): void {
    const written = parseState(this.model.get('state'));
    const { seen } = this;
    this.seen = written;
    this.loading = true;
    try {
      this.store.set(this.saving === null ? written : mergeStates(this.store.value, seen, written));
    } finally {
      this.loading = false;
    }
    if (!sameJSON(this.store.value, written)) {
      this.save();
    }
  }

  /** Soon, not at once: the kernel takes one message after the other, and what the picture needs goes first. */
  private save(): void {
    if (!this.loading) {
      this.saving ??= setTimeout(() => this.flush(), SAVE_AFTER);
    }
  }

  private flush(): void {
    this.saving = null;
    this.seen = this.store.value;
    // The revision of Python's that this one is made from: it puts the two together where it has made another.
    const revision = parseRevision(this.model.get('state'));
    this.model.set('state', { ...this.seen, revision });
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

  /** The state as Python was last known to have it. */
  private seen: ViewState;
  private users = 0;
  private ended = false;
  private loading = false;
  private saving: ReturnType<typeof setTimeout> | null = null;
  private source: LiveSource | null = null;
}
