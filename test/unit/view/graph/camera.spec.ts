import { boxAt } from '../../../../src/view/graph/arrangement';
import { GraphCamera } from '../../../../src/view/graph/camera';
import { GraphModel } from '../../../../src/view/graph/model';
import { Transition } from '../../../../src/view/graph/transition';
import { detailIn, fitted, FONT, textWidth } from '../../../../src/view/graph/measure';
import { encoder, piled } from './graphs';

function camera(width = 400, height = 300): GraphCamera {
  const made = new GraphCamera();
  made.resize(width, height);
  made.look = { x: 0, y: 0, zoom: 1 };
  return made;
}

describe('the camera', () => {
  it('leads from the graph to the stage and back', () => {
    const at = camera();
    at.look = { x: 10, y: 20, zoom: 2 };
    expect(at.toStage(15, 30)).toEqual([10, 20]);
    expect(at.toGraph(10, 20)).toEqual([15, 30]);
    at.panBy(20, -40);
    expect([at.x, at.y]).toEqual([20, 0]);
  });

  it('keeps what is in the middle there when its room changes', () => {
    const at = camera();
    at.zoomAt(0, 0, 2);
    const middle = at.toGraph(200, 150);
    at.resize(300, 500);
    expect(at.toGraph(150, 250)).toEqual(middle);
  });

  it('zooms about a point, which stays where it is, and never out of reach', () => {
    const at = camera();
    const before = at.toGraph(100, 50);
    at.zoomAt(100, 50, 1.7);
    expect(at.toGraph(100, 50)[0]).toBeCloseTo(before[0]);
    expect(at.toGraph(100, 50)[1]).toBeCloseTo(before[1]);
    at.zoomAt(0, 0, 1e9);
    expect(at.zoom).toBe(4);
    at.zoomAt(0, 0, 1e-9);
    expect(at.zoom).toBe(0.02);
  });

  it('fits a graph in the middle, and blows a small one up no more than a little', () => {
    const at = camera();
    at.fit({ x: 0, y: 0, width: 1000, height: 100 });
    expect(at.zoom).toBeCloseTo(0.36);
    expect(at.shows({ x: 0, y: 0, width: 1000, height: 100 })).toBe(true);
    expect(at.toStage(500, 50)).toEqual([200, 150]);
    at.fit({ x: 0, y: 0, width: 10, height: 10 });
    expect(at.zoom).toBe(1.25);
  });

  it('begins where one reads, where all of it would be too small to', () => {
    const at = camera();
    const bounds = { x: 0, y: 0, width: 3000, height: 9000 };
    at.begin(bounds, { x: 2000, y: 100, width: 50, height: 20 }, 1);
    expect(at.zoom).toBe(1);
    expect(at.toStage(2025, 100)).toEqual([200, 75]);
    at.begin(bounds, { x: 0, y: 0, width: 50, height: 20 }, 1);
    expect([at.x, at.y]).toEqual([-20, -20]);
  });

  it('moves as little as shows a box, and not behind the card', () => {
    const at = camera();
    at.reveal({ x: 100, y: 100, width: 50, height: 20 });
    expect([at.x, at.y]).toEqual([0, 0]);
    at.covered = { right: 200, bottom: 0 };
    at.reveal({ x: 250, y: 100, width: 50, height: 20 });
    expect([at.x, at.y]).toEqual([120, 0]);
    at.reveal({ x: 150, y: -100, width: 5000, height: 20 });
    expect([at.x, at.y]).toEqual([130, -120]);
  });
});

it('finds the innermost box at a point', () => {
  const model = new GraphModel(encoder(2));
  model.closeAll();
  model.toggle(model.boxes.byId.get('encoder')!);
  const arrangement = piled(model);
  const { rect } = arrangement.byId.get('encoder.layer')!;
  expect(boxAt(arrangement, rect.x + 1, rect.y + 1)!.box.id).toBe('encoder.layer');
  expect(boxAt(arrangement, rect.x - 5, rect.y + 1)!.box.id).toBe('encoder');
  expect(boxAt(arrangement, rect.x, -50)).toBeNull();
});

describe('a change', () => {
  const model = new GraphModel(encoder(2));
  model.closeAll();
  const before = piled(model);
  model.toggle(model.boxes.byId.get('encoder')!);
  const after = piled(model);
  const everywhere = { x: -1e6, y: -1e6, width: 2e6, height: 2e6 };
  const opening = new Transition(before, [0, 0], after, everywhere);
  const at = (part: number, id: string, of = opening) => of.at(part).boxes.find(({ box }) => box.id === id)!;

  it('begins and ends where things were and are', () => {
    for (const id of ['embed', 'encoder', 'head']) {
      expect(at(0, id).rect).toEqual(before.byId.get(id)!.rect);
      expect(at(1, id).rect).toEqual(after.byId.get(id)!.rect);
      expect(at(0.5, id).opacity).toBe(1);
    }
  });

  it('has what comes grow out of the box that was opened, and what goes shrink into it', () => {
    const closed = before.byId.get('encoder')!.rect;
    const grown = at(0, 'encoder.layer');
    expect(grown.opacity).toBe(0);
    expect(grown.rect.y).toBeGreaterThanOrEqual(closed.y);
    expect(grown.rect.y + grown.rect.height).toBeLessThanOrEqual(closed.y + closed.height);
    const closing = new Transition(after, [0, 0], before, everywhere);
    expect(at(1, 'encoder.layer', closing)).toMatchObject({ opacity: 0, rect: grown.rect });
    expect(at(0, 'encoder.layer', closing)).toMatchObject({ opacity: 1, rect: after.byId.get('encoder.layer')!.rect });
  });

  it('begins where things were on screen when the camera moves along', () => {
    const moved = new Transition(before, [30, -20], after, everywhere);
    for (const id of ['embed', 'encoder', 'head']) {
      const { x, y } = before.byId.get(id)!.rect;
      expect(at(0, id, moved).rect).toMatchObject({ x: x + 30, y: y - 20 });
      expect(at(1, id, moved).rect).toEqual(after.byId.get(id)!.rect);
    }
    const still = at(0, 'encoder.layer').rect;
    expect(at(0, 'encoder.layer', moved).rect).toMatchObject({ x: still.x + 30, y: still.y - 20 });
    for (const [i, { points }] of moved.at(0).links.entries()) {
      expect(points[0]![0]).toBeCloseTo(opening.at(0).links[i]!.points[0]![0] + 30);
    }
  });

  it('leaves out what never comes into sight', () => {
    const { x, y } = before.byId.get('embed')!.rect;
    const near = new Transition(before, [0, 0], after, { x, y, width: 1, height: 1 }).at(0.5);
    expect(near.boxes.map(({ box }) => box.id)).toContain('embed');
    expect(near.boxes.map(({ box }) => box.id)).not.toContain('head');
    expect(near.links.length).toBeLessThan(opening.at(0.5).links.length);
  });

  it('has lines keep to the boxes that they join', () => {
    for (const part of [0, 0.3, 1]) {
      const { links } = opening.at(part);
      for (const { link, points } of links.filter(({ opacity }) => opacity > 0)) {
        const source = at(part, link.source.id).rect;
        const target = at(part, link.target.id).rect;
        expect(points[0]![1]).toBeCloseTo(source.y + source.height);
        expect(points.at(-1)![1]).toBeCloseTo(target.y);
      }
    }
  });
});

describe('what is written', () => {
  it('beside a line is written where it hides nothing', () => {
    const model = new GraphModel(encoder(4));
    model.reveal(model.boxes.byId.get('encoder.layer.1.fc')!);
    const { boxes, links, labels: written } = piled(model);
    expect(written.of(links[0]!.link)).toBeNull();
    expect(written.place(performance.now() - 1)).toBe(false);
    expect(written.place()).toBe(true);
    const labels = links.flatMap(({ link }) => written.of(link) ?? []);
    expect(labels.length).toBeGreaterThan(3);
    const clash = (a: { x: number; y: number; width: number; height: number }, b: typeof a): boolean =>
      a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
    for (const [i, { rect }] of labels.entries()) {
      expect(boxes.filter(({ open }) => !open).some(box => clash(box.rect, rect))).toBe(false);
      expect(labels.slice(i + 1).some(other => clash(other.rect, rect))).toBe(false);
    }
  });

  it('is cut in its middle, and only where it does not fit', () => {
    expect(fitted('short', 100, FONT.small)).toBe('short');
    const cut = fitted('a_rather_long_name', 60, FONT.small);
    expect(cut).toMatch(/^a.*….*e$/);
    expect(textWidth(cut, FONT.small)).toBeLessThanOrEqual(60);
  });

  it('keeps a number whole, and leaves the kind out before it would be unreadable', () => {
    const detail = { what: 'BertSelfAttention', amount: '12.3 ms' };
    expect(detailIn(detail, 500)).toBe('BertSelfAttention · 12.3 ms');
    expect(detailIn(detail, 130)).toMatch(/^Bert?….* · 12\.3 ms$/);
    expect(detailIn(detail, 60)).toBe('12.3 ms');
  });
});
