/** From running a cell to the first true pixels of a 4096 × 4096 float32 matrix, and what crosses the websocket for it. */
import { Timeout } from './browser.mjs';
import { LOOKS } from './peers.mjs';
import { summary } from './numbers.mjs';

const PATIENCE = 120_000;
const COLD_RUNS = 3;

/** Another matrix for each look, so that nothing is left of the one before. */
let seed = 0;
const matrix = session => session.python(`w = None\nw = bench_data.weight(${++seed})`);

const warmUp = async (session, { setup, code }) => {
  await session.python('w = bench_data.small()');
  await session.run(`${setup}\n${code}`);
};

/** Looks until it has as many as it wants, or gives up: a page that does not answer is left behind. */
async function lookOnce(session, { code, probe }) {
  await matrix(session);
  try {
    return await session.look(code, probe, PATIENCE);
  } catch (error) {
    if (!(error instanceof Timeout)) {
      throw error;
    }
    await session.open();
    return { timedOut: true, frozen: true, milliseconds: PATIENCE };
  }
}

function resultOf(looks) {
  const drawn = looks.filter(({ timedOut }) => !timedOut);
  const last = looks.at(-1);
  return {
    milliseconds: drawn.length ? summary(drawn.map(({ milliseconds }) => milliseconds)) : null,
    gaveUpAfter: drawn.length ? null : PATIENCE / 1000,
    frozen: looks.some(({ frozen }) => frozen === true),
    runs: looks.length,
    bytes: last.frozen ? null : Math.max(...looks.map(({ received, sent }) => received + sent)),
    bytesWhenSeen: drawn.length ? Math.max(...drawn.map(({ bytesSeen }) => bytesSeen)) : null,
    binary: last.binary ?? null,
    messages: last.messages ?? null
  };
}

/** The first view of a fresh kernel in a fresh page, its import included; and what the page loads of the extension for it. */
export async function coldLook(session) {
  const view = LOOKS[0];
  const looks = [];
  let loaded;
  for (let run = 0; run < COLD_RUNS; run++) {
    await session.restart();
    await matrix(session);
    const before = await session.page.evaluate(`bench.loaded('/extensions/modelview/')`);
    looks.push(await session.look(`${view.setup}\n${view.code}`, view.probe, PATIENCE));
    loaded = { before, after: await session.page.evaluate(`bench.loaded('/extensions/modelview/')`) };
  }
  return { look: resultOf(looks), loaded };
}

/**
 * Each library in a tab of its own, warm; those of `together` by turns in one tab, so that what this machine does beside is shared
 * fairly by the two whose times are compared.
 */
export async function firstLook(session, { only, say }) {
  const wanted = LOOKS.filter(({ name }) => !only || only.includes(name));
  const groups = [
    wanted.filter(({ together }) => together),
    ...wanted.filter(({ together }) => !together).map(one => [one])
  ];
  const results = {};
  for (const group of groups.filter(({ length }) => length)) {
    await session.open();
    const looks = Object.fromEntries(group.map(({ name }) => [name, []]));
    for (const library of group) {
      await warmUp(session, library);
    }
    for (let run = 0; run < Math.max(...group.map(({ runs }) => runs)); run++) {
      for (const library of group.filter(({ runs }) => run < runs)) {
        const done = looks[library.name];
        if (!done.at(-1)?.timedOut) {
          done.push(await lookOnce(session, library));
          say(
            `${library.label}: ${(done.at(-1).milliseconds / 1000).toFixed(2)} s${done.at(-1).timedOut ? ', gave up' : ''}`
          );
        }
      }
    }
    for (const { name, label } of group) {
      results[name] = { label, ...resultOf(looks[name]) };
    }
  }
  return results;
}

/** Counts the bytes of one view a second way, by what the browser itself reports of its websockets: the two must agree. */
export async function countTwice(session) {
  const view = LOOKS[0];
  await session.open();
  await warmUp(session, view);
  await matrix(session);
  let bytes = 0;
  const count = ({ response: { opcode, payloadData } }) => {
    bytes += opcode === 1 ? Buffer.byteLength(payloadData) : Buffer.byteLength(payloadData, 'base64');
  };
  const ends = ['Network.webSocketFrameReceived', 'Network.webSocketFrameSent'].map(name =>
    session.page.on(name, count)
  );
  await session.page.send('Network.enable');
  const counted = await session.page.evaluate(
    `(async () => {
      await bench.quiet(1000);
      const { received, sent } = bench.wire;
      await bench.look(${JSON.stringify(view.code)}, bench.probes.${view.probe}, ${PATIENCE});
      return bench.wire.received + bench.wire.sent - received - sent;
    })()`
  );
  await session.page.send('Network.disable');
  ends.forEach(end => end());
  return { page: counted, browser: bytes };
}
