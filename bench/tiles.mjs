/** How many tiles of 256 × 256 a second the kernel makes, the page draws, and the wire between them carries. */
import { readFileSync } from 'node:fs';
import { bundle } from './bundle.mjs';
import { withCheckpoint } from './checkpoint.mjs';
import { ratio, summary } from './numbers.mjs';

const DIMS = { dim0: 'row', dim1: 'column' };
const DRAWN = 40;
/** Tiles of one round over the wire: 25 MB. */
const STREAMED = 96;
const ROUNDS = 8;

/** Tiles of a level of the matrix, along its rows; `from` in tiles. */
const tilesOf = (level, across, from, count) =>
  Array.from({ length: count }, (_, i) => [level, 0, Math.floor((from + i) / across), (from + i) % across]);

/** Tiles a second of the service, of a matrix in memory and of the checkpoint's largest, whose file is in memory after a round. */
async function kernelSide(session, folder) {
  await session.restart();
  await session.page.evaluate('bench.countFrames(false)');
  await session.python(`import bench_tiles
from make_checkpoint import LARGEST
from modelview.adapters import describe
memory = describe({'matrix': bench_tiles.matrix()})
stored = describe(${JSON.stringify(folder)})`);
  const of = async (model, address, levels) =>
    (await session.value(`bench_tiles.rates(${model}, ${address}, ${levels})`)).map(({ level, perSecond }) => ({
      level,
      perSecond: summary(perSecond)
    }));
  return {
    memory: await of('memory', '"weight/matrix"', 3),
    file: await of('stored', '"weight/" + LARGEST', 3)
  };
}

/** Rounds over the wire, by turns with a raw comm of as many messages as large. */
async function wire(page) {
  const tiles = [];
  const raw = [];
  let size = 0;
  for (let round = 0; round <= ROUNDS; round++) {
    const asked = tilesOf(0, 32, round * STREAMED, STREAMED);
    await page.evaluate('bench.quiet(250)');
    const came = await page.evaluate(`bench.fetchTiles(${JSON.stringify(asked)})`);
    size = Math.round(came.bytes / came.messages);
    await page.evaluate('bench.quiet(250)');
    const milliseconds = await page.evaluate(`bench.rawStream(${came.messages}, ${size})`);
    // The first of each opens comms and starts threads.
    if (round) {
      tiles.push(came.bytes / came.milliseconds / 1e3);
      raw.push((came.messages * size) / milliseconds / 1e3);
    }
  }
  const found = { message: size, megabytesPerSecond: { tiles: summary(tiles), raw: summary(raw) } };
  return { ...found, ratio: ratio(summary(tiles).median, summary(raw).median) };
}

/** Pictures of tiles that have just come. */
async function drawn(page, level, across, row) {
  const asked = JSON.stringify(tilesOf(level, across, row * across, 48));
  const { tiles, times } = await page.evaluate(`(async () => {
    const recorded = [];
    await bench.fetchTiles(${asked}, recorded);
    return benchDraw(recorded, ${DRAWN});
  })()`);
  return summary(times.map(milliseconds => (1000 * tiles) / milliseconds));
}

/** What the wire carries, and what the page draws of it. */
export async function pageSide(session) {
  await session.restart();
  const { page } = session;
  await session.python('import bench_tiles\nbench_tiles.serve_stream()\nw = bench_tiles.matrix()');
  // Of a model of two tensors the view shows neither: it does not draw while the tiles of one come.
  await session.run(`from modelview import ModelView\nModelView({'matrix': w, 'other': w[:2, :2]})`);
  await page.until('bench.isShown()');
  await page.evaluate(`bench.openPlane('weight/matrix', ${JSON.stringify(DIMS)})`);
  await page.evaluate('bench.countFrames(false)');
  const carried = await wire(page);
  await page.evaluate('bench.countFrames(true)');
  await page.evaluate(readFileSync(await bundle('tiles-page', 'web'), 'utf8'));
  // Rows that were not fetched above, so that they come.
  const exact = await drawn(page, 0, 32, 30);
  const pooled = await drawn(page, 1, 16, 0);
  await page.evaluate('bench.closePlane()');
  return { page: { exact, pooled }, wire: carried };
}

export async function tileRates(session) {
  const kernel = await withCheckpoint(session, folder => kernelSide(session, folder));
  return { kernel, ...(await pageSide(session)) };
}
