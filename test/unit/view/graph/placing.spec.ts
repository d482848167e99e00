import type { LayoutGraph } from '../../../../src/layout';
import { GraphModel } from '../../../../src/view/graph/model';
import { Placing } from '../../../../src/view/graph/placing';
import { encoder } from './graphs';

const prepare = jest.fn((_graph: LayoutGraph, _signal: AbortSignal) => Promise.resolve());

jest.mock('../../../../src/layout', () => ({
  createLayoutEngine: () => ({
    layout: () => Promise.resolve({ nodes: new Map(), edges: new Map(), width: 1, height: 1 }),
    prepare,
    dispose: () => undefined
  })
}));

describe('what is laid out beforehand', () => {
  const model = new GraphModel(encoder(4));
  const box = (id: string) => model.boxes.byId.get(id)!;
  let placing: Placing;

  beforeEach(() => {
    jest.useFakeTimers();
    prepare.mockClear();
    model.closeAll();
    placing = new Placing();
  });

  afterEach(() => {
    placing.dispose();
    jest.useRealTimers();
  });

  const pointAt = (id: string): void => {
    placing.foresee(model, null, box(id));
    jest.advanceTimersByTime(1000);
  };

  it('is what a box that is pointed at holds, once', () => {
    pointAt('encoder');
    pointAt('encoder');
    expect(prepare).toHaveBeenCalledTimes(1);
    const encoderBox = prepare.mock.calls[0]![0].nodes.find(({ id }) => id === 'encoder')!;
    expect(encoderBox.children!.length).toBe(box('encoder').children.length);
    expect(model.openBoxes.size).toBe(0);
  });

  it('is not of what was passed over, holds nothing, or is open', () => {
    placing.foresee(model, null, box('encoder'));
    placing.foresee(model, null, box('embed'));
    placing.foresee(model, null, null);
    model.toggle(box('encoder'));
    pointAt('encoder');
    expect(prepare).not.toHaveBeenCalled();
  });

  it('goes on when just that is opened, and ends when something else is', () => {
    pointAt('encoder');
    const [, signal] = prepare.mock.calls[0]!;
    model.toggle(box('encoder'));
    void placing.place(model, null);
    expect(signal.aborted).toBe(false);
    model.closeAll();
    void placing.place(model, null);
    expect(signal.aborted).toBe(true);
  });

  it('is asked for again when something else is open', () => {
    pointAt('encoder');
    void placing.place(model, null);
    pointAt('encoder');
    expect(prepare).toHaveBeenCalledTimes(2);
  });
});
