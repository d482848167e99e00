/** What the page does with a tile that came: decode, upload, draw. Bundled by tiles.mjs; `window.benchDraw` in the page. */
import { createPainter, INSTANCE, stats } from '../src/gl';
import { decodeTile } from '../src/tensor/decode';

const SIDE = 256;
const ACROSS = 4;
const DOWN = 3;
const TOGETHER = ACROSS * DOWN;
const reader = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

const instances = new Float32Array(TOGETHER * INSTANCE);
for (let i = 0; i < TOGETHER; i++) {
  instances.set([(i % ACROSS) * SIDE, Math.floor(i / ACROSS) * SIDE, SIDE, SIDE, 0, 0, SIDE, SIDE], i * INSTANCE);
}

/** Pictures of twelve tiles that were never seen before, one after the other: milliseconds of each, until its pixels exist. */
window.benchDraw = async (recorded, rounds) => {
  const messages = recorded.flatMap(({ headers, buffers }) =>
    headers.map((header, i) => ({ header, buffer: buffers[i] }))
  );
  const painter = createPainter(() => undefined);
  if (painter.kind !== 'webgl') {
    throw new Error('this page draws without WebGL');
  }
  document.body.append(painter.canvas);
  painter.canvas.style.cssText = 'position: fixed; right: 0; bottom: 0; width: 64px; height: 48px; z-index: 1000';
  const times = [];
  let next = 0;
  for (let round = 0; round <= rounds; round++) {
    await new Promise(resolve => requestAnimationFrame(() => setTimeout(resolve, 0)));
    const start = performance.now();
    const draws = Array.from({ length: TOGETHER }, (_, i) => {
      const { header, buffer } = messages[next++ % messages.length];
      const tile = decodeTile(header, buffer);
      // Another name each time: nothing that was uploaded before is used again.
      return { key: `bench/${next}`, tile, first: i, count: 1, cellWidth: 1, cellHeight: 1 };
    });
    painter.draw({
      plane: 'bench',
      width: ACROSS * SIDE,
      height: DOWN * SIDE,
      scale: { map: 'diverging', low: -0.06, high: 0.06 },
      origin: 0,
      theme: 'light',
      statistic: 'mean',
      hidden: null,
      draws,
      instances
    });
    // Reading a pixel waits for the drawing.
    reader.drawImage(painter.canvas, 1, 1, 1, 1, 0, 0, 1, 1);
    if (reader.getImageData(0, 0, 1, 1).data[3] !== 255) {
      throw new Error('nothing was drawn');
    }
    times.push(performance.now() - start);
  }
  const { textures } = stats();
  painter.dispose();
  painter.canvas.remove();
  if (textures < TOGETHER) {
    throw new Error(`${textures} textures were made of ${TOGETHER} tiles`);
  }
  // The first compiles the shaders.
  return { tiles: TOGETHER, times: times.slice(1) };
};
