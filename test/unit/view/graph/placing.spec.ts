import type { Laid, LayoutGraph } from '../../../../src/layout';
import { GraphModel } from '../../../../src/view/graph/model';
import { Placing } from '../../../../src/view/graph/placing';
import { encoder } from './graphs';

const nothing: Laid = { nodes: new Map(), edges: new Map(), width: 1, height: 1 };
const layout = jest.fn((_graph: LayoutGraph, _signal: AbortSignal) => Promise.resolve(nothing));
const prepare = jest.fn((_graph: LayoutGraph, _signal: AbortSignal): Promise<Laid | null> => Promise.resolve(nothing));

jest.mock('../../../../src/layout', () => ({
  createLayoutEngine: () => ({ layout, prepare, dispose: () => undefined })
}));

describe('what is placed beforehand', () => {
  const model = new GraphModel(encoder(4));
  const box = (id: string) => model.boxes.byId.get(id)!;
  let placing: Placing;

  beforeEach(() => {
    jest.useFakeTimers();
    layout.mockClear();
    prepare.mockClear();
    model.closeAll();
    placing = new Placing();
  });

  afterEach(() => {
    placing.dispose();
    jest.useRealTimers();
  });

  const pointAt = (id: string): Promise<void> => {
    placing.foresee(model, null, box(id));
    return jest.advanceTimersByTimeAsync(1000);
  };
  const place = async () => {
    const placed = placing.place(model, null);
    await jest.advanceTimersByTimeAsync(1000);
    return placed;
  };

  it('is what a box that is pointed at holds, once', async () => {
    await pointAt('encoder');
    await pointAt('encoder');
    expect(prepare).toHaveBeenCalledTimes(1);
    const asked = prepare.mock.calls[0]![0].nodes.find(({ id }) => id === 'encoder')!;
    expect(asked.children!.length).toBe(box('encoder').children.length);
    expect(model.openBoxes.size).toBe(0);
  });

  it('is there when just that is opened', async () => {
    await pointAt('encoder');
    model.toggle(box('encoder'));
    expect(await place()).not.toBeNull();
    expect(layout).not.toHaveBeenCalled();
    expect(prepare.mock.calls[0]![1].aborted).toBe(false);
  });

  it('is of no use, and ends, when something else is', async () => {
    await pointAt('encoder');
    expect(await place()).not.toBeNull();
    expect(layout).toHaveBeenCalledTimes(1);
    expect(prepare.mock.calls[0]![1].aborted).toBe(true);
    await pointAt('encoder');
    expect(prepare).toHaveBeenCalledTimes(2);
  });

  it('is laid out when it is asked for, where it could not be before', async () => {
    prepare.mockResolvedValueOnce(null);
    await pointAt('encoder');
    model.toggle(box('encoder'));
    expect(await place()).not.toBeNull();
    expect(layout).toHaveBeenCalledTimes(1);
  });

  it('is not of what was passed over, holds nothing, or is open', async () => {
    placing.foresee(model, null, box('encoder'));
    placing.foresee(model, null, box('embed'));
    placing.foresee(model, null, null);
    model.toggle(box('encoder'));
    await pointAt('encoder');
    expect(prepare).not.toHaveBeenCalled();
  });
});
