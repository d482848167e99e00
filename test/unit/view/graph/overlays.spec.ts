import { colourOf } from '../../../../src/tensor/colour';
import { colouringBy, fillOf } from '../../../../src/view/graph/colours';
import { GraphModel } from '../../../../src/view/graph/model';
import { amountOf, BYTES, Overlays, overlaysOf, PARAMETERS, reachOf } from '../../../../src/view/graph/overlays';
import type { Box } from '../../../../src/view/graph/boxes';
import { detailOf } from '../../../../src/view/graph/words';
import type { Measure } from '../../../../src/wire/protocol';
import { encoder } from './graphs';

const model = new GraphModel(encoder(3));
const box = (id: string): Box => model.boxes.byId.get(id)!;

/** Numbers for paths; null for all others, as the list that is never called has it. */
function measure(name: string, unit: string, numbers: Readonly<Record<string, number>>): Measure {
  const total = model.graph.nodes.flatMap(({ path, role }) => (role === 'module' ? [numbers[path] ?? null] : []));
  return { name, label: `${name} of it`, unit, total, own: total };
}

// The structure's modules come first in a graph from the kernel.
const modulesFirst = { ...model.graph, nodes: [...model.graph.nodes] };
const { nodes } = modulesFirst;
const place = new Map(nodes.filter(({ role }) => role === 'module').map(({ path }, index) => [path, index]));
const boxes = {
  ...model.boxes,
  of: [...place.keys()].map(path => box(path))
};
const profile = (...measures: Measure[]) => ({ measures, calls: [], notes: [], seconds: 1 });

describe('overlays', () => {
  it('begin with parameters and bytes, and take more by one line', () => {
    const overlays = new Overlays();
    overlays.add({ id: 'rank', label: 'stable rank', unit: '', valueOf: () => 3 });
    expect(overlays.all.map(({ id }) => id)).toEqual(['parameters', 'bytes', 'rank']);
    overlays.add({ id: 'rank', label: 'rank', unit: '', valueOf: () => 4 });
    expect(overlays.all).toHaveLength(3);
    expect(overlays.get('rank')!.label).toBe('rank');
    expect(overlays.get('kind')).toBeNull();
  });

  it('write numbers in their unit', () => {
    const inUnit = (unit: string, value: number): string =>
      amountOf({ id: '', label: '', unit, valueOf: () => null }, value);
    expect(inUnit('s', 0.0123)).toBe('12.3\u00a0ms');
    expect(inUnit('s', 2.5e-6)).toBe('2.5\u00a0µs');
    expect(inUnit('s', 61)).toBe('61\u00a0s');
    expect(inUnit('B', 44_700_000)).toBe('44.7\u00a0MB');
    expect(inUnit('FLOP', 3.63e9)).toBe('3.63\u00a0GFLOP');
    expect(amountOf(PARAMETERS, 1500)).toBe('1.5\u00a0k');
  });

  it('take a profile: a list that is never called is its members together, a peak the largest of them', () => {
    const members = { 'encoder.layer.0': 1, 'encoder.layer.1': 2, 'encoder.layer.2': 4 };
    const [time, peak] = overlaysOf(
      profile(measure('time', 's', { ...members, embed: 0 }), measure('peak', 'B', members)),
      boxes
    );
    expect([time!.valueOf(box('encoder.layer')), peak!.valueOf(box('encoder.layer'))]).toEqual([7, 4]);
    expect(time!.valueOf(box('embed'))).toBe(0);
    expect(time!.valueOf(box('head'))).toBeNull();
    expect(time!.valueOf(box('embed/embedding'))).toBeNull();
  });

  it('leave out of a profile what could not be measured', () => {
    expect(
      overlaysOf(profile(measure('time', 's', {}), measure('flops', 'FLOP', { head: 3 })), boxes).map(({ id }) => id)
    ).toEqual(['flops']);
  });

  it('colour from nothing to the most of what is in sight, and leave uncoloured what has no number', () => {
    const [time] = overlaysOf(profile(measure('time', 's', { embed: 2, head: 8 })), boxes);
    const seen = [box('embed'), box('head'), box('encoder'), box('/x')];
    const colouring = colouringBy(time!, seen);
    expect(reachOf(time!, seen)).toBe(8);
    const scale = { map: 'sequential', low: 0, high: 8 } as const;
    expect(fillOf(box('embed'), colouring, 'light')!.fill).toBe(`rgb(${colourOf(scale, 'light', 2).join(', ')})`);
    expect(fillOf(box('encoder'), colouring, 'light')).toBeNull();
    expect(fillOf(box('/x'), colouring, 'light')).toBeNull();
    expect(detailOf(box('head'), colouring)).toEqual({ what: 'Linear', amount: '8\u00a0s' });
    expect(detailOf(box('encoder'), colouring)).toEqual({ what: 'Encoder', amount: '' });
  });

  it('say how much where that is nothing, but not that a layer has no parameters', () => {
    const act = box('encoder.layer.0.act');
    expect(detailOf(act, colouringBy(null, [])).amount).toBe('');
    expect(detailOf(act, colouringBy(BYTES, [act])).amount).toBe('0\u00a0B');
  });
});
