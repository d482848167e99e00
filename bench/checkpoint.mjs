/** A checkpoint of 13 GB: opened in a fresh kernel, its largest tensor looked at and scrolled through; and what that holds. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must, venvBin } from '../scripts/lib.mjs';
import { ratio, summary } from './numbers.mjs';

const OPENINGS = 3;
const MAKER = new URL('./kernel/make_checkpoint.py', import.meta.url).pathname;

const ask = async (session, expression) => {
  await session.python('import bench_checkpoint');
  return session.value(`bench_checkpoint.${expression}`);
};

/** Makes the checkpoint, works with its folder, and removes it. */
export async function withCheckpoint(session, work) {
  // Beside the notebooks of the server, with which it goes whatever happens.
  const folder = join(session.server.home, 'checkpoint');
  mkdirSync(folder);
  try {
    await must([venvBin('python'), MAKER, folder]);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A kernel that has imported NumPy and nothing else of weight opens it, and the page shows its tree. */
async function open(session, folder) {
  await session.restart();
  const opened = await ask(session, `opening(${JSON.stringify(folder)})`);
  await session.run('bench_checkpoint.view');
  await session.page.until(
    `bench.panel().content.activeCell.outputArea.node.querySelector('[role=treeitem]') !== null`
  );
  return { ...opened, shown: await ask(session, `shown(${opened.memory.bare})`) };
}

export function checkpoint(session) {
  return withCheckpoint(session, async folder => {
    const openings = [];
    for (let run = 0; run < OPENINGS; run++) {
      openings.push(await open(session, folder));
    }
    const { bytes, tensors, memory } = openings.at(-1);
    await session.page.evaluate('bench.countFrames(false)');
    const scrolled = await ask(session, `scrolling(${memory.bare})`);
    const looked = await ask(session, `overview(${memory.bare})`);
    const milliseconds = name => summary(openings.map(opening => opening.milliseconds[name]));
    const most = name => Math.max(...openings.map(opening => opening.memory[name]));
    return {
      bytes,
      tensors,
      open: { import: milliseconds('import'), all: milliseconds('all'), again: milliseconds('again') },
      memory: {
        opening: most('peak'),
        openingWithFiles: most('peakWithFiles'),
        shown: Math.max(...openings.map(({ shown }) => shown)),
        scrolling: scrolled.peak,
        overview: looked.peak
      },
      scroll: { tiles: scrolled.tiles, bytes: scrolled.bytes, seconds: scrolled.seconds },
      largest: {
        bytes: looked.bytes,
        overview: summary(looked.overview),
        max: summary(looked.max),
        maxFirst: looked.maxFirst,
        ratio: ratio(summary(looked.overview).median, summary(looked.max).median),
        cold: {
          overview: summary(looked.cold.overview),
          max: summary(looked.cold.max),
          ratio: ratio(summary(looked.cold.overview).median, summary(looked.cold.max).median)
        }
      }
    };
  });
}
