/** What a person feels in a graph of 10,000 nodes: opening it folded, unfolding a module of 500, panning. */
import { ratio, summary } from './numbers.mjs';

const UNFOLDED = 5;
const PAN = { rounds: 3, frames: 63 };

/** Milliseconds of tasks of the page's main thread while `work` is done. */
async function mainThread(page, work) {
  const spent = async () => {
    const { metrics } = await page.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'TaskDuration').value * 1000;
  };
  const before = await spent();
  const result = await work();
  return { ...result, mainThread: (await spent()) - before };
}

export async function graphs(session) {
  await session.open();
  const { page } = session;
  await page.send('Performance.enable');
  // What the kernel takes to follow the model is not the page's: it is known before the view asks.
  const nodes = Number(
    await session.python(`import bench_model
from modelview import ModelView
model, example = bench_model.deep()
view = ModelView(model, inputs=example)
print(len(view.structure.nodes))`)
  );
  await session.run('view');
  const opened = await mainThread(page, () => page.evaluate('bench.openGraph()'));
  await page.evaluate('bench.quiet(500)');
  const unfolded = [];
  for (let stage = 0; stage < UNFOLDED; stage++) {
    unfolded.push(await mainThread(page, () => page.evaluate(`bench.unfold(benchREGL, ${stage})`)));
    await page.evaluate('bench.quiet(500)');
  }
  // All five are open by now: the most boxes that are panned over.
  const { x, y } = await page.evaluate('bench.graphMiddle()');
  const mouse = (type, extra = {}) =>
    page.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1, clickCount: 1, ...extra });
  await mouse('mouseMoved', { button: 'none', buttons: 0 });
  await mouse('mousePressed');
  const pan = await page.evaluate(`bench.panGraph(benchREGL, ${JSON.stringify({ x, y, ...PAN })})`);
  await mouse('mouseReleased', { buttons: 0 });
  const interval = { view: summary(pan.view), quad: summary(pan.quad) };
  return {
    nodes,
    open: { mainThread: opened.mainThread, milliseconds: opened.milliseconds, boxes: opened.boxes },
    unfold: {
      boxes: unfolded.at(-1).boxes,
      longestFrame: summary(unfolded.map(({ longest }) => longest)),
      longestTask: summary(unfolded.map(({ task }) => task)),
      bareFrame: summary(unfolded.map(({ bare }) => bare)),
      mainThread: summary(unfolded.map(({ mainThread }) => mainThread)),
      milliseconds: summary(unfolded.map(({ milliseconds }) => milliseconds))
    },
    pan: { ...interval, ratio: ratio(interval.view.median, interval.quad.median) }
  };
}
