/** What a person feels once a view is there: changing a slice, and panning. */
import { ratio, summary } from './numbers.mjs';

const SAMPLES = 80;
const PAN = { rounds: 5, frames: 63 };

/** From the slider to new pixels, over a raw comm that brings as many bytes. */
export async function sliceChange(session) {
  await session.open();
  await session.python('bench_data.serve_echo()\nt = bench_data.stack()');
  await session.run(`from modelview import TensorView
view = TensorView(t, dims=('slice', 'row', 'column'))
view.selection = {'dims': {'slice': 0, 'row': 'row', 'column': 'column'}}
view`);
  await session.page.until(
    `bench.indexOn(bench.panel().content.activeCell.outputArea.node.querySelector('.mv-values canvas')) === 0`
  );
  const { bytes, changes, echoes, slidEchoes, cached } = await session.page.evaluate(
    `bench.slices(benchREGL, ${SAMPLES})`
  );
  const of = (samples, name) => summary(samples.map(sample => sample[name]));
  const change = {
    asked: of(changes, 'asked'),
    arrived: of(changes, 'arrived'),
    drawn: of(changes, 'drawn'),
    shown: of(changes, 'shown'),
    frames: of(changes, 'frames')
  };
  const timesOf = samples =>
    Object.fromEntries(['asked', 'arrived', 'received', 'drawn', 'shown'].map(name => [name, of(samples, name)]));
  const echo = timesOf(echoes);
  const slidEcho = timesOf(slidEchoes);
  return {
    bytes,
    change,
    echo,
    slidEcho,
    ratios: {
      slid: ratio(change.drawn.median, slidEcho.received.median),
      raw: ratio(change.drawn.median, echo.received.median),
      drawn: ratio(change.drawn.median, echo.drawn.median),
      shown: ratio(change.shown.median, echo.shown.median)
    },
    cached: {
      drawn: of(cached, 'drawn'),
      shown: of(cached, 'shown'),
      frames: of(cached, 'frames'),
      // Those of the view's state, which Python follows, are messages too.
      messages: of(cached, 'messages')
    }
  };
}

/** Frames of a pan over the picture at its largest, over frames of one bare quad as large. */
export async function panning(session) {
  await session.open();
  await session.python('w = bench_data.weight(1000)');
  await session.run('from modelview import TensorView\nTensorView(w)');
  const { page } = session;
  const output = 'bench.panel().content.activeCell.outputArea.node';
  const complete = `${output}.querySelector('.mv-values').dataset.mvComplete === 'true'`;
  await page.until(complete);
  // The picture at its largest, and in it cells of level 0: the most tiles that a picture of this size can have.
  await page.evaluate(`${output}.querySelector('[aria-label="Full height"]').click()`);
  await page.evaluate('bench.pause(500)');
  const box = await page.evaluate(
    `(() => { const {x, y, width, height} = ${output}.querySelector('.mv-values-stage').getBoundingClientRect(); return {x, y, width, height}; })()`
  );
  const x = Math.round(box.x + box.width / 2);
  const y = Math.round(box.y + Math.min(box.height, 600) / 2);
  await page.evaluate(`(async () => {
    const stage = ${output}.querySelector('.mv-values-stage');
    stage.focus({ preventScroll: true });
    for (let i = 0; i < 11; i++) {
      stage.dispatchEvent(new KeyboardEvent('keydown', { key: '+', bubbles: true, cancelable: true }));
      await bench.frame();
    }
    await bench.quiet(1000);
  })()`);
  await page.until(complete);
  const mouse = (type, extra = {}) =>
    page.send('Input.dispatchMouseEvent', { type, x, y, button: 'left', buttons: 1, clickCount: 1, ...extra });
  await mouse('mouseMoved', { button: 'none', buttons: 0 });
  await mouse('mousePressed');
  const times = await page.evaluate(`bench.pan(benchREGL, ${JSON.stringify({ x, y, ...PAN })})`);
  const onwards = await page.evaluate(`bench.panOnwards(${JSON.stringify({ x, y, frames: 240 })})`);
  await mouse('mouseReleased', { buttons: 0 });
  for (const name of ['view', 'viewFinished', 'quad', 'quadFinished']) {
    if (times[name].drawn < 0.95) {
      throw new Error(`only ${(times[name].drawn * 100).toFixed()} % of the frames were drawn (${name})`);
    }
  }
  const of = name => ({ busy: summary(times[name].busy), interval: summary(times[name].interval) });
  const view = { ...of('view'), finished: summary(times.viewFinished.busy) };
  const quad = { ...of('quad'), finished: summary(times.quadFinished.busy) };
  return {
    size: times.size,
    view,
    quad,
    onwards: { busy: summary(onwards.busy), interval: summary(onwards.interval) },
    ratios: Object.fromEntries(
      ['interval', 'busy', 'finished'].map(name => [name, ratio(view[name].median, quad[name].median)])
    )
  };
}
