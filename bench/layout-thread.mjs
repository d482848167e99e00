/** Lays out the graph of `workerData` by one side, and tells how long it took. Bundled by layout.mjs. */
import { parentPort, workerData } from 'node:worker_threads';
import dagre from '@dagrejs/dagre';
import { boxesOf as numbered, laidOf } from '../src/layout/boxes';
import { Solver } from '../src/layout/solver';
import { layoutGraphOf } from '../src/view/graph/arrangement';
import { boxesOf } from '../src/view/graph/boxes';
import { visibleOf } from '../src/view/graph/visible';

const ROUNDS = 5;

// Without a canvas the view takes an average letter's width.
globalThis.document = { createElement: () => ({ getContext: () => null }) };

const { side, graph } = workerData;
const boxes = boxesOf(graph);
const asked = open => layoutGraphOf(visibleOf(graph, boxes, open), open, box => ({ what: box.kind, amount: '' }));

/** What the page's own thread does of a layout, and what the other one does. */
async function layOut(solver, open) {
  const start = performance.now();
  const layout = asked(open);
  const { boxes: question, ids } = numbered(layout);
  const sent = performance.now();
  const places = await solver.solve(question, () => false);
  const answered = performance.now();
  laidOf(places, ids, layout);
  return {
    boxes: ids.length,
    layout: answered - sent,
    main: sent - start + performance.now() - answered
  };
}

async function ours() {
  const blocks = [...boxes.byId.values()].filter(({ children, parent }) => parent && children.length >= 400);
  if (!blocks.length) {
    throw new Error('the model has no module with 400 operations or more');
  }
  const rounds = [];
  // The first is thrown away: it compiles.
  for (let round = 0; round <= ROUNDS; round++) {
    const solver = new Solver();
    const folded = await layOut(solver, new Set());
    const block = blocks[round % blocks.length];
    const open = new Set([block.id]);
    for (let { parent } = block; parent?.parent; parent = parent.parent) {
      open.add(parent.id);
    }
    const opened = await layOut(solver, open);
    const again = await layOut(solver, open);
    rounds.push({ folded, opened, again });
  }
  return rounds.slice(1);
}

function peer() {
  const { nodes, edges } = asked(
    new Set([...boxes.byId.values()].filter(each => each.children.length).map(({ id }) => id))
  );
  const flat = new dagre.graphlib.Graph({ multigraph: true });
  flat.setGraph({});
  const waiting = [...nodes];
  while (waiting.length) {
    const { id, width, height, children } = waiting.pop();
    if (children) {
      waiting.push(...children);
    } else {
      flat.setNode(id, { width, height });
    }
  }
  for (const { id, source, target } of edges) {
    if (flat.hasNode(source) && flat.hasNode(target)) {
      flat.setEdge(source, target, {}, id);
    }
  }
  const start = performance.now();
  dagre.layout(flat);
  return { boxes: flat.nodeCount(), layout: performance.now() - start };
}

parentPort.postMessage(side === 'ours' ? await ours() : peer());
