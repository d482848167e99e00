import type { WidgetModel } from '@jupyter-widgets/base';

import { Session } from '../../../src/host/session';
import { DEFAULT_STATE } from '../../../src/wire/protocol';
import type { ViewState } from '../../../src/wire/protocol';

const SELECTION = { dims: { out: 'row', in: 'column' }, component: 'value' } as const;

/** A widget's model without a manager: what is saved is kept, what Python writes arrives at once. */
class FakeModel {
  readonly saved: (ViewState & { revision: number })[] = [];
  readonly comm_live = true;
  private readonly handlers = new Map<string, () => void>();
  constructor(private state: unknown) {}

  get(): unknown {
    return this.state;
  }

  set(_: string, state: unknown): void {
    this.state = state;
  }

  save_changes(): void {
    this.saved.push(this.state as ViewState & { revision: number });
  }

  on(event: string, handler: () => void, context: object): void {
    this.handlers.set(event, handler.bind(context));
  }

  off(event: string): void {
    this.handlers.delete(event);
  }

  /** Python's. */
  write(change: Partial<ViewState> & { revision: number }): void {
    this.state = { ...(this.state as ViewState), ...change };
    this.handlers.get('change:state')!();
  }
}

describe('a session', () => {
  let model: FakeModel;
  let session: Session;

  beforeEach(() => {
    jest.useFakeTimers();
    model = new FakeModel({ ...DEFAULT_STATE, address: 'weight/a', tab: 'values', revision: 3 });
    session = new Session(model as unknown as WidgetModel);
  });

  afterEach(() => {
    session.end();
    jest.useRealTimers();
  });

  it('saves what was changed here, some time later, with the revision that it has seen', () => {
    session.store.set({ tab: 'spectrum' });
    expect(model.saved).toEqual([]);
    jest.advanceTimersByTime(100);
    expect(model.saved).toEqual([expect.objectContaining({ address: 'weight/a', tab: 'spectrum', revision: 3 })]);
  });

  it('does not send back what Python wrote', () => {
    model.write({ address: 'weight/b', tab: 'values', revision: 4 });
    jest.advanceTimersByTime(1000);
    expect(session.store.value.address).toBe('weight/b');
    expect(model.saved).toEqual([]);
  });

  it('keeps what was changed here and is not saved yet, and takes the rest of what Python wrote', () => {
    session.store.set({ tab: 'spectrum', slices: { 'weight/a': SELECTION } });
    model.write({ address: 'weight/b', aspect: 'fill', slices: { 'weight/b': SELECTION }, revision: 4 });
    const merged = {
      address: 'weight/b',
      aspect: 'fill',
      tab: 'spectrum',
      slices: { 'weight/a': SELECTION, 'weight/b': SELECTION }
    };
    expect(session.store.value).toMatchObject(merged);
    jest.advanceTimersByTime(1000);
    expect(model.saved).toEqual([expect.objectContaining({ ...merged, revision: 4 })]);
  });

  it('keeps what is looked at together: a region is of its tensor', () => {
    session.store.set({ region: { out: [0, 2] } });
    model.write({ address: 'weight/b', revision: 4 });
    expect(session.store.value).toMatchObject({ address: 'weight/a', region: { out: [0, 2] } });
  });

  it('saves what a view makes of what Python wrote', () => {
    session.store.changed.connect(() => session.store.set({ tab: 'overview' }));
    model.write({ tab: 'no such tab', revision: 4 });
    jest.advanceTimersByTime(1000);
    expect(model.saved).toEqual([expect.objectContaining({ tab: 'overview', revision: 4 })]);
  });
});
