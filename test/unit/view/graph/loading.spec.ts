import { Loading } from '../../../../src/view/graph/loading';
import { Profiling } from '../../../../src/view/graph/profiling';
import type { Progress, Watched } from '../../../../src/tensor/source';
import type { Graph, Profile } from '../../../../src/wire/protocol';
import { FakeSource } from '../../../harness/fake-source';
import { encoder } from './graphs';

/** A kernel that answers when the test says so. */
class SlowSource extends FakeSource {
  watched: Watched = {};
  answer!: (graph: Graph) => void;

  override graph(watched: Watched = {}): Promise<Graph> {
    this.watched = watched;
    return new Promise(resolve => (this.answer = resolve));
  }

  override profile(watched: Watched = {}): Promise<Profile> {
    this.watched = watched;
    return new Promise(() => undefined);
  }

  tell(label: string): void {
    this.watched.onProgress!({ done: 0, total: 2, label });
  }
}

describe('while the model is followed', () => {
  let source: SlowSource;
  let loading: Loading;
  let shown: Graph[];
  const bar = (): HTMLElement => loading.node.querySelector<HTMLElement>('.mv-progress')!;
  const label = (): string | null => (bar().hidden ? null : bar().querySelector('.mv-progress-label')!.textContent);

  beforeEach(() => {
    jest.useFakeTimers();
    source = new SlowSource([]);
    shown = [];
    loading = new Loading({ source, onGraph: graph => shown.push(graph), onState: jest.fn() });
  });

  afterEach(() => {
    loading.dispose();
    jest.useRealTimers();
  });

  it('says what is so whether a cell runs or not, until the kernel says that it has begun', () => {
    void loading.load();
    jest.advanceTimersByTime(1_000);
    expect(label()).toBe('Following the model, as soon as no cell is running');
    source.tell('Following the model by export');
    expect(label()).toBe('Following the model by export');
    // Ways are tried, and not done one after the other.
    expect(bar().querySelector('.mv-progress-count')!.textContent).toBe('');
  });

  it('says nothing of what is soon done', async () => {
    const loaded = loading.load();
    source.tell('Following the model by export');
    expect(label()).toBeNull();
    source.answer(encoder(1));
    await loaded;
    jest.advanceTimersByTime(1_000);
    expect(label()).toBeNull();
    expect(shown).toHaveLength(1);
  });

  it('begins anew where it is asked again', () => {
    void loading.load();
    jest.advanceTimersByTime(1_000);
    source.tell('Following the model by trace');
    void loading.load();
    jest.advanceTimersByTime(1_000);
    expect(label()).toBe('Following the model, as soon as no cell is running');
  });
});

it('a profile that has not begun is promised, and no cell is said to run', () => {
  const told: (Progress | null)[] = [];
  const source = new SlowSource([]);
  const profiling = new Profiling({
    source,
    onProgress: progress => told.push(progress),
    onProfile: jest.fn(),
    onError: jest.fn()
  });
  void profiling.run();
  source.tell('Timing, call 1 of 5');
  expect(told.map(progress => progress?.label)).toEqual([
    'Profiling, as soon as no cell is running',
    'Timing, call 1 of 5'
  ]);
  profiling.dispose();
});
