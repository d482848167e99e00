/* A graph of 10,000 nodes, driven as a person drives it: by its tab, its search and the keyboard. */
(() => {
  const { bench } = window;
  const output = () => bench.panel().content.activeCell.outputArea.node;
  const view = () => output().querySelector('.mv-graph');
  const stage = () => output().querySelector('.mv-graph-stage');

  /** Resolves in the first frame in which the graph is laid out. */
  const settled = async () => {
    while (view()?.dataset.mvState !== 'ready') {
      await bench.frame();
    }
  };
  const boxes = () => Number(stage().dataset.mvBoxes);
  const press = (node, key) =>
    node.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

  /** From the tab to the folded graph on screen. */
  bench.openGraph = async () => {
    const start = performance.now();
    [...output().querySelectorAll('[role=tab]')].find(tab => tab.textContent === 'Graph').click();
    await settled();
    await bench.frame();
    return { milliseconds: performance.now() - start, boxes: boxes() };
  };

  /** Notes the beginnings of frames, until it is called. */
  const watchFrames = () => {
    const at = [];
    let going = true;
    const watch = now => {
      at.push(now);
      if (going) {
        requestAnimationFrame(watch);
      }
    };
    requestAnimationFrame(watch);
    return () => {
      going = false;
      return Math.max(...at.slice(1).map((time, i) => time - at[i]));
    };
  };

  /** The longest of some frames, after a rest, in which a quad as large as the stage is drawn and nothing else is done. */
  const bareFrames = async createREGL => {
    const canvas = stage().querySelector('canvas');
    const quad = bench.quad(createREGL, canvas.width, canvas.height);
    const box = canvas.getBoundingClientRect();
    quad.canvas.style.cssText = `position: fixed; z-index: 1000; left: ${box.x}px; top: ${box.y}px; width: ${box.width}px; height: ${box.height}px`;
    document.body.append(quad.canvas);
    await bench.pause(600);
    const longest = watchFrames();
    for (let i = 0; i < 20; i++) {
      await bench.frame();
      quad.draw(i, i / 2);
    }
    quad.dispose();
    return longest();
  };

  /**
   * Opens one of the stages: milliseconds until it is drawn; until all stands still again the longest frame, and the longest task of the page's
   * own thread (0 where none takes 50 ms); and the longest frame of a bare quad right after it.
   */
  bench.unfold = async (createREGL, number) => {
    const search = view().querySelector('input[role=searchbox]');
    search.value = `${number} kind:Stage`;
    search.dispatchEvent(new Event('input', { bubbles: true }));
    await bench.pause(300);
    press(search, 'Enter');
    await bench.pause(300);
    await settled();
    // Who opens a box by the keyboard has the focus on the stage already.
    stage().focus({ preventScroll: true });
    await bench.quiet(300);
    const before = boxes();
    const tasks = [];
    const observer = new PerformanceObserver(list => tasks.push(...list.getEntries().map(({ duration }) => duration)));
    observer.observe({ type: 'longtask' });
    const longest = watchFrames();
    await bench.frame();
    const start = performance.now();
    press(stage(), 'Enter');
    await bench.frame();
    await settled();
    const milliseconds = performance.now() - start;
    await bench.pause(600);
    const frame = longest();
    observer.disconnect();
    if (boxes() < before + 400) {
      throw new Error(`stage ${number} did not unfold: ${before} boxes, then ${boxes()}`);
    }
    const opened = { milliseconds, longest: frame, task: Math.max(0, ...tasks), boxes: boxes() };
    return { ...opened, bare: await bareFrames(createREGL) };
  };

  bench.graphMiddle = () => {
    const { x, y, width, height } = stage().getBoundingClientRect();
    return { x: Math.round(x + width / 2), y: Math.round(y + height / 2) };
  };

  /** There and back over the graph, and frames with nothing but a quad as large, by turns: milliseconds from frame to frame. */
  bench.panGraph = async (createREGL, { x, y, rounds, frames }) => {
    const canvas = stage().querySelector('canvas');
    const quad = bench.quad(createREGL, canvas.width, canvas.height);
    const box = canvas.getBoundingClientRect();
    quad.canvas.style.cssText = `position: fixed; z-index: 1000; left: ${box.x}px; top: ${box.y}px; width: ${box.width}px; height: ${box.height}px`;
    const point = (px, py) =>
      stage().dispatchEvent(
        new PointerEvent('pointermove', {
          pointerId: 1,
          pointerType: 'mouse',
          bubbles: true,
          buttons: 1,
          clientX: px,
          clientY: py
        })
      );
    const zigzag = i => 4 * (i % 60 < 30 ? i % 60 : 60 - (i % 60));
    const times = { view: [], quad: [] };
    for (let round = 0; round < rounds; round++) {
      quad.canvas.remove();
      times.view.push(...(await bench.run(frames, i => point(x + zigzag(i), y + zigzag(i)), canvas, false)).interval);
      document.body.append(quad.canvas);
      const bare = i => requestAnimationFrame(() => quad.draw(zigzag(i), zigzag(i) / 2));
      times.quad.push(...(await bench.run(frames, bare, quad.canvas, false)).interval);
    }
    quad.dispose();
    return times;
  };
})();
