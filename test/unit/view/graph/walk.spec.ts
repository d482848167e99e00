import { GraphModel } from '../../../../src/view/graph/model';
import { Walk } from '../../../../src/view/graph/walk';
import type { Step } from '../../../../src/view/graph/walk';
import { encoder, graph, piled } from './graphs';

function walker(model: GraphModel, start: string | null): (...steps: Step[]) => string[] {
  const arrangement = piled(model);
  const walk = new Walk(arrangement);
  let at = start === null ? null : arrangement.byId.get(start)!;
  return (...steps) =>
    steps.map(step => {
      at = walk.step(at, step) ?? at;
      return at!.box.id;
    });
}

function opened(...ids: string[]): GraphModel {
  const model = new GraphModel(encoder(2));
  model.closeAll();
  ids.forEach(id => model.toggle(model.boxes.byId.get(id)!, true));
  return model;
}

describe('walking', () => {
  it('begins at the first box', () => {
    expect(walker(opened(), null)('down')).toEqual(['/x']);
  });

  it('follows the flow down to its end, and goes up against it', () => {
    const walk = walker(opened(), '/x');
    expect(walk('down', 'down', 'down', 'down', 'down')).toEqual(['embed', 'encoder', 'head', '/y', '/y']);
    expect(walk('up', 'up', 'up', 'up', 'up')).toEqual(['head', 'encoder', 'embed', '/x', '/x']);
  });

  it('goes down from an open title into the box, and on behind its last', () => {
    const walk = walker(opened('encoder', 'encoder.layer', 'encoder.layer.1'), 'embed');
    expect(walk(...Array<Step>(8).fill('down'))).toEqual([
      'encoder',
      'encoder.layer',
      'encoder.layer.0',
      'encoder.layer.1',
      'encoder.layer.1.fc',
      'encoder.layer.1.act',
      'encoder.layer.1/add',
      'head'
    ]);
  });

  it('goes up from the first inside to the title, and from there to what comes before', () => {
    const walk = walker(opened('encoder', 'encoder.layer', 'encoder.layer.1'), 'encoder.layer.1.fc');
    expect(walk('up', 'up', 'up', 'up', 'up')).toEqual([
      'encoder.layer.1',
      'encoder.layer.0',
      'encoder.layer',
      'encoder',
      'embed'
    ]);
  });

  it('reaches every box, also where nothing flows', () => {
    const tree = new GraphModel(graph(['', 'a: A 1', 'a.x: X', 'b: B 2', 'c: C 3']));
    tree.toggle(tree.boxes.byId.get('a')!, true);
    const walk = walker(tree, 'a');
    expect(walk('down', 'down', 'down', 'down')).toEqual(['a.x', 'b', 'c', 'c']);
    expect(walk('up', 'up', 'down', 'up')).toEqual(['b', 'a', 'a.x', 'a']);
    expect(walk('right', 'right', 'left', 'left')).toEqual(['b', 'c', 'b', 'a']);
  });

  it('jumps to the first and the last', () => {
    expect(walker(opened(), 'head')('last', 'first')).toEqual(['/y', '/x']);
  });
});
