/* A change of slice, from the slider to the pixels, and a raw comm that brings as many bytes. */
(() => {
  const { bench } = window;
  const { wire } = bench;
  const BITS = 9;
  const CELLS = 24;
  const output = () => bench.panel().content.activeCell.outputArea.node;

  /** The part of a picture that has its number on it. Nothing is read yet: that would wait for the drawing. */
  const copyOf = canvas => {
    const copy = new OffscreenCanvas(BITS * 3, 3).getContext('2d', { willReadFrequently: true });
    const cell = Math.min(canvas.width, canvas.height) / 256;
    copy.drawImage(canvas, 0, 0, BITS * CELLS * cell, CELLS * cell, 0, 0, BITS * 3, 3);
    return copy;
  };

  /** The index that is written on a picture of `bench_data.stack()`: blue blocks are ones, red ones are zeros; -1 for anything else. */
  const indexIn = copy => {
    const { data } = copy.getImageData(0, 0, BITS * 3, 3);
    let index = 0;
    for (let bit = 0; bit < BITS; bit++) {
      const at = (BITS * 3 + bit * 3 + 1) * 4;
      const blue = data[at + 2] - data[at];
      if (Math.abs(blue) < 60) {
        return -1;
      }
      index += blue > 0 ? 2 ** bit : 0;
    }
    return index;
  };

  /** The beginning of the frame that shows what was drawn just now. */
  const shownAt = async inside => {
    if (!inside) {
      await bench.frame();
    }
    return bench.frames.began;
  };

  /**
   * Moves the slider; `{asked, arrived, drawn, shown, frames}`: until the request left, the last bulky message came, until the drawing was issued, until its frame, and
   * how many frames that is.
   */
  const change = async index => {
    const slider = output().querySelector('.mv-slicer-slider:not([hidden])');
    const canvas = output().querySelector('.mv-values canvas');
    const before = bench.frames.count;
    const pictures = [];
    const listener = event => {
      if (event.canvas === canvas) {
        pictures.push({ ...event, arrived: bench.wire.bulk, copy: copyOf(canvas), shown: shownAt(event.inside) });
      }
    };
    bench.presented.add(listener);
    slider.value = String(index);
    wire.asked = 0;
    const start = performance.now();
    slider.dispatchEvent(new Event('input', { bubbles: true }));
    while (performance.now() - start < 10_000) {
      const picture = pictures.shift();
      if (!picture) {
        await bench.frame();
        continue;
      }
      const shown = await picture.shown;
      if (indexIn(picture.copy) === index) {
        bench.presented.delete(listener);
        const { at, arrived, frame, inside } = picture;
        return {
          asked: wire.asked - start,
          arrived: arrived - start,
          drawn: at - start,
          shown: Math.max(shown, at) - start,
          frames: frame - before + (inside ? 0 : 1)
        };
      }
    }
    bench.presented.delete(listener);
    const instead = `the picture shows ${indexIn(copyOf(canvas))}, the slider ${slider.value}`;
    throw new Error(`slice ${index} was not drawn within 10 s: ${instead}`);
  };

  let comm;
  let number = 0;
  let answered;

  const openEcho = async () => {
    comm = bench.kernel().createComm('bench-echo');
    await comm.subshellStarted;
    comm.onMsg = message => answered(message);
    await comm.open().done;
  };

  /**
   * As many bytes through a comm of JupyterLab as it is, uploaded and drawn: `{asked, arrived, received, drawn, shown}`. A bare `slider`, where
   * one is given, is moved first, as a person would who asks by one.
   */
  const echo = async (bytes, quad, slider) => {
    const asked = ++number;
    if (slider) {
      slider.value = String((asked * 37) % 512);
    }
    wire.asked = 0;
    const start = performance.now();
    const times = await new Promise(resolve => {
      answered = ({ content, buffers }) => {
        const received = performance.now();
        if (content.data.number !== asked || buffers[0].byteLength !== bytes) {
          throw new Error('another echo than was asked for');
        }
        const view = buffers[0];
        const data = new Float32Array(
          (view.buffer ?? view).slice(view.byteOffset ?? 0, (view.byteOffset ?? 0) + 4 * 256 * 256)
        );
        quad.upload(data);
        quad.draw(0, 0);
        const drawn = performance.now();
        resolve({
          asked: wire.asked - start,
          arrived: wire.bulk - start,
          received: received - start,
          drawn: drawn - start
        });
      };
      comm.send({ number: asked, bytes });
    });
    return { ...times, shown: (await shownAt(false)) - start };
  };

  /** Waits for silence, then for a moment that has nothing to do with the frames. */
  const rest = async () => {
    await bench.quiet(250);
    await bench.pause(Math.random() * 17);
  };

  /** Beside the quad, and nothing listens to it. */
  const bareSlider = () => {
    const slider = document.createElement('input');
    Object.assign(slider, { type: 'range', min: '0', max: '511', value: '0' });
    slider.style.cssText = 'position: fixed; right: 80px; bottom: 8px; z-index: 1000; width: 120px';
    return slider;
  };

  /** All three, one after the other, `runs` times; then the same slices again, whose tiles the page has. */
  bench.slices = async (createREGL, runs) => {
    const canvas = output().querySelector('.mv-values canvas');
    const quad = bench.quad(createREGL, canvas.width, canvas.height, 256, 256);
    quad.canvas.style.cssText = 'position: fixed; right: 0; bottom: 0; z-index: 1000; width: 64px; height: 64px';
    const slider = bareSlider();
    document.body.append(quad.canvas, slider);
    await openEcho();
    const order = Array.from({ length: 512 }, (_, i) => (i * 197) % 512).filter(index => index > 0);
    // One of each is not counted: it compiles shaders, and tells how large a slice's message is.
    await rest();
    bench.wire.largest = 0;
    await change(order.pop());
    const bytes = bench.wire.largest;
    await rest();
    await echo(bytes, quad);
    const visited = order.slice(0, runs);
    const changes = [];
    const echoes = [];
    const slidEchoes = [];
    for (const index of visited) {
      await rest();
      changes.push(await change(index));
      await rest();
      echoes.push(await echo(bytes, quad));
      await rest();
      slidEchoes.push(await echo(bytes, quad, slider));
    }
    const cached = [];
    for (const index of visited.slice(0, -1).reverse()) {
      await rest();
      const sent = bench.wire.messages;
      const { drawn, shown, frames } = await change(index);
      cached.push({ drawn, shown, frames, messages: bench.wire.messages - sent });
    }
    quad.dispose();
    slider.remove();
    return { bytes, changes, echoes, slidEchoes, cached };
  };
  bench.change = change;
  bench.rest = rest;
  bench.indexOn = canvas => indexIn(copyOf(canvas));
})();
