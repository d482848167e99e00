/* Panning, frame by frame, and the same frames with nothing but a quad in them. */
(() => {
  const { bench } = window;
  const reader = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

  /** Waits until the canvas's pixels exist: one of them is read. */
  const finish = canvas => {
    reader.drawImage(canvas, canvas.width >> 1, canvas.height >> 1, 1, 1, 0, 0, 1, 1);
    return reader.getImageData(0, 0, 1, 1).data[0];
  };

  const channel = new MessageChannel();
  const task = () =>
    new Promise(resolve => {
      channel.port1.onmessage = () => resolve();
      channel.port2.postMessage(null);
    });

  /**
   * Runs frames. In each, as the browser does it for a moving pointer: `move(i)` in a task of its own, then the frame's callbacks,
   * style, layout and paint, to the first task after them. `{busy, interval}` in milliseconds: what the page's thread worked for the
   * frame, and the time since the frame before. With `finished` the frame also waits for the canvas's pixels.
   */
  const run = async (count, move, canvas, finished) => {
    const busy = [];
    const interval = [];
    let before = 0;
    let drawn = 0;
    const listener = event => {
      drawn += Number(event.canvas === canvas);
    };
    bench.presented.add(listener);
    for (let i = 0; i < count; i++) {
      await task();
      const start = performance.now();
      move(i);
      const moved = performance.now() - start;
      await new Promise(resolve =>
        requestAnimationFrame(() => {
          if (finished) {
            finish(canvas);
          }
          resolve();
        })
      );
      const { began } = bench.frames;
      await task();
      if (i > 2) {
        busy.push(moved + performance.now() - began);
        interval.push(began - before);
      }
      before = began;
    }
    bench.presented.delete(listener);
    return { busy, interval, drawn: drawn / count };
  };

  const stage = () => bench.panel().content.activeCell.outputArea.node.querySelector('.mv-values-stage');

  /** There and back: 60 frames of 3 pixels each way, so that the tiles in sight are held. */
  const zigzag = i => 3 * (i % 120 < 60 ? i % 120 : 120 - (i % 120));

  /** A pointer of the mouse (whose button run.mjs holds down) that moves over the stage. */
  const point = (x, y) =>
    stage().dispatchEvent(
      new PointerEvent('pointermove', {
        pointerId: 1,
        pointerType: 'mouse',
        bubbles: true,
        buttons: 1,
        clientX: x,
        clientY: y
      })
    );

  /** Our view and the quad by turns. The button is down at (x, y). */
  bench.run = run;
  bench.pan = async (createREGL, { x, y, rounds, frames }) => {
    const canvas = stage().querySelector('canvas');
    const quad = bench.quad(createREGL, canvas.width, canvas.height);
    const box = canvas.getBoundingClientRect();
    quad.canvas.style.cssText = `position: fixed; z-index: 1000; left: ${box.x}px; top: ${box.y}px; width: ${box.width}px; height: ${box.height}px`;
    const results = { view: [], quad: [], viewFinished: [], quadFinished: [] };
    const ours = i => point(x + zigzag(i), y + zigzag(i) / 2);
    const bare = i => requestAnimationFrame(() => quad.draw(zigzag(i), zigzag(i) / 2));
    const turn = async (name, move, target, finished) => {
      quad.canvas.remove();
      if (target === quad.canvas) {
        document.body.append(quad.canvas);
      }
      ours(0);
      await bench.frame();
      await bench.quiet(200);
      results[name].push(await run(frames, move, target, finished));
    };
    for (let round = 0; round < rounds; round++) {
      await turn('view', ours, canvas, false);
      await turn('quad', bare, quad.canvas, false);
      await turn('viewFinished', ours, canvas, true);
      await turn('quadFinished', bare, quad.canvas, true);
    }
    quad.dispose();
    const all = runs => ({
      busy: runs.flatMap(({ busy }) => busy),
      interval: runs.flatMap(({ interval }) => interval),
      drawn: runs.reduce((sum, { drawn }) => sum + drawn, 0) / runs.length
    });
    return {
      size: [canvas.width, canvas.height],
      ...Object.fromEntries(Object.entries(results).map(([name, runs]) => [name, all(runs)]))
    };
  };

  /** Always onwards, into tiles that have to be fetched. */
  bench.panOnwards = async ({ x, y, frames }) =>
    run(frames, i => point(x - 6 * i, y), stage().querySelector('canvas'), false);
})();
