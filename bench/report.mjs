/** What was measured, as a person reads it, and whether it is what was aimed at. */

const ms = value =>
  value >= 1000 ? `${(value / 1000).toFixed(2)} s` : value >= 100 ? `${value.toFixed(0)} ms` : `${value.toFixed(1)} ms`;
const bytes = value =>
  value >= 1e6 ? `${(value / 1e6).toFixed(1)} MB` : value >= 1e3 ? `${(value / 1e3).toFixed(1)} KB` : `${value} B`;

/** Columns as wide as what they hold; the first to the left, the others to the right. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map(row => String(row[column]).length)));
  return rows
    .map(row =>
      row.map((cell, i) => (i ? String(cell).padStart(widths[i]) : String(cell).padEnd(widths[i]))).join('   ')
    )
    .map(line => `  ${line.trimEnd()}`)
    .join('\n');
}

const target = (name, value, limit, say, atLeast = false) => ({
  name,
  value,
  limit,
  met: value <= limit,
  text: `${atLeast ? 'at most ' : ''}${say(value)}, aimed at ${say(limit)} or less`
});

const times = value => `${value.toFixed(value < 0.1 ? 3 : 2)} times`;

/** What is aimed at, and what was reached. */
export function targets({ firstLook, slice, pan, start, graph }) {
  const list = [];
  const ours = firstLook?.modelview;
  if (ours) {
    list.push(target('bytes for the first view of 4096²', ours.bytes, 1e6, bytes));
    for (const [peer, limit] of [
      ['matplotlib', 0.5],
      ['plotly', 0.05]
    ]) {
      const other = firstLook[peer];
      if (other) {
        // Who has drawn nothing when we give up is slower than that.
        const over = other.milliseconds?.median ?? other.gaveUpAfter * 1000;
        const name = `time to first true pixels, over ${peer}'s`;
        list.push(target(name, ours.milliseconds.median / over, limit, times, !other.milliseconds));
      }
    }
  }
  if (slice) {
    list.push(target('slice change to new pixels, over a raw echo of as many bytes', slice.ratios.raw, 1.5, times));
    list.push(target('the same, over a raw echo that a bare slider asks for', slice.ratios.slid, 1.5, times));
    list.push(
      target(
        'slice change when its tile is cached',
        slice.cached.frames.median,
        1,
        value => `${value} frame${value === 1 ? '' : 's'}`
      )
    );
  }
  if (pan) {
    list.push(target('frame time while panning, over a bare quad', pan.ratios.finished, 1.5, times));
  }
  if (start) {
    list.push(target("bytes of this extension that JupyterLab's start loads", start.atStart, 20 * 1024, bytes));
  }
  if (graph) {
    const { open, unfold, pan: panned } = graph;
    const nodes = graph.nodes.toLocaleString('en');
    list.push(target(`work of the main thread to open a graph of ${nodes} nodes, folded`, open.mainThread, 1000, ms));
    list.push(target('longest frame while a module of 500 nodes unfolds', unfold.longestFrame.max, 100, ms));
    list.push(target("the page's own part of it: the longest task of its thread", unfold.longestTask.max, 100, ms));
    list.push(target('frame time while panning the graph, over a bare quad', panned.ratio, 1.2, times));
  }
  return list;
}

const timesOf = s => [s.median, s.min, s.max].map(ms);
const kindOf = ({ bytes: all, binary }) =>
  all === null ? '' : binary / all > 0.5 ? `${Math.round((100 * binary) / all)} % binary buffers` : 'text (JSON)';

function looks(firstLook, cold) {
  const rows = [['', 'median', 'min', 'max', 'runs', 'bytes', '']];
  for (const look of Object.values(firstLook ?? {})) {
    const drawn = look.milliseconds;
    const when = drawn ? timesOf(drawn) : ['nothing drawn', `in ${look.gaveUpAfter} s`, ''];
    rows.push([look.label, ...when, look.runs, look.bytes === null ? 'page frozen' : bytes(look.bytes), kindOf(look)]);
  }
  if (cold) {
    rows.push([
      'modelview, first of kernel and page',
      ...timesOf(cold.milliseconds),
      cold.runs,
      bytes(cold.bytes),
      kindOf(cold)
    ]);
  }
  return table(rows);
}

function slices({ bytes: size, change, echo, slidEcho, ratios, cached }) {
  const row = (name, s, over = '') => [name, ...timesOf(s), s.count, over && `${over.toFixed(2)} ×`];
  return `${table([
    [`${bytes(size)} a message`, 'median', 'min', 'max', 'runs', ''],
    row('raw echo: request on the socket', echo.asked),
    row('raw echo: message on the socket', echo.arrived),
    row('raw echo: message handled', echo.received),
    row('raw echo: uploaded, drawing issued', echo.drawn),
    row('raw echo: its frame', echo.shown),
    row('raw echo, a bare slider moved: message on the socket', slidEcho.arrived),
    row('raw echo, a bare slider moved: message handled', slidEcho.received),
    row('slice change: request on the socket', change.asked),
    row('slice change: message on the socket', change.arrived),
    row('slice change: drawing issued', change.drawn, ratios.drawn),
    row('slice change: its frame', change.shown, ratios.shown),
    row('slice change, tile cached: drawing issued', cached.drawn),
    row('slice change, tile cached: its frame', cached.shown)
  ])}
  drawing issued over the echo's message handled: ${ratios.raw.toFixed(2)} ×; where a bare slider asked for the echo: ${ratios.slid.toFixed(2)} ×
  frames until the cached slice is painted: median ${cached.frames.median}, ${cached.frames.min} to ${cached.frames.max}`;
}

function pans({ size, view, quad, onwards, ratios }) {
  const row = (name, kind) => [
    name,
    ...[quad[kind], view[kind]].flatMap(s => [ms(s.median), ms(s.p95)]),
    `${ratios[kind].toFixed(2)} ×`
  ];
  return `${table([
    [`${size.join(' × ')} pixels, tiles held`, 'quad median', 'p95', 'view median', 'p95', ''],
    row('a frame until its pixels exist', 'finished'),
    row('from frame to frame, undisturbed', 'interval'),
    row("of which the page's own thread", 'busy')
  ])}
  on into new tiles: ${ms(onwards.interval.median)} from frame to frame (p95 ${ms(onwards.interval.p95)}), the page's own thread ${ms(onwards.busy.median)} (p95 ${ms(onwards.busy.p95)})`;
}

function graphTable({ nodes, open, unfold, pan }) {
  const count = value => value.toLocaleString('en');
  return `${table([
    [`${count(nodes)} nodes`, 'median', 'min', 'max', 'runs'],
    ['folded, to the drawing', ms(open.milliseconds), '', '', 1],
    ["folded, the page's own thread", ms(open.mainThread), '', '', 1],
    ['500 more, to the drawing', ...timesOf(unfold.milliseconds), unfold.milliseconds.count],
    ["500 more, the page's own thread", ...timesOf(unfold.mainThread), unfold.mainThread.count],
    ['500 more, the longest frame', ...timesOf(unfold.longestFrame), unfold.longestFrame.count],
    ["500 more, the page's longest task", ...timesOf(unfold.longestTask), unfold.longestTask.count],
    ['a bare quad after a rest, the longest of 20 frames', ...timesOf(unfold.bareFrame), unfold.bareFrame.count],
    [`panning over ${count(unfold.boxes)} boxes, from frame to frame`, ...timesOf(pan.view), pan.view.count],
    ['a bare quad, from frame to frame', ...timesOf(pan.quad), pan.quad.count]
  ])}
  panning over the quad: ${pan.ratio.toFixed(2)} ×`;
}

function layoutsOf({ nodes, edges, dagre, folded, opened, again }) {
  const row = (name, { boxes, layout, main, ratio: over }) => [
    name,
    boxes.toLocaleString('en'),
    ...timesOf(layout),
    ms(main.median),
    `${(100 * over).toPrecision(2)} %`
  ];
  const flat = dagre.gaveUpAfter
    ? ['dagre, flat: gave up', '', `over ${dagre.gaveUpAfter} s`, '', '', '', '']
    : ['dagre, flat: every operation', dagre.boxes.toLocaleString('en'), ms(dagre.layout), '', '', '', '100 %'];
  return table([
    [
      `${nodes.toLocaleString('en')} nodes, ${edges.toLocaleString('en')} edges`,
      'boxes',
      'median',
      'min',
      'max',
      "the page's own thread",
      ''
    ],
    row('folded', folded),
    row('one module of 500 opened', opened),
    row('opened again', again),
    flat
  ]);
}

export function report({
  date,
  machine,
  versions,
  firstLook,
  cold,
  slice,
  pan,
  start,
  graph,
  layout,
  targets: aims,
  failures
}) {
  const parts = [
    `modelview benchmark, ${date.slice(0, 10)}: ${machine.cpus} CPUs (${machine.cpu}), ${machine.renderer}
${Object.entries(versions)
  .map(([name, version]) => `${name} ${version}`)
  .join(', ')}`
  ];
  if (machine.busy) {
    parts.push(`This machine was busy when the run began (load ${machine.load}): take no figure of it for good.`);
  }
  const section = (title, text) => parts.push(`${title}\n${text}`);
  if (firstLook || cold) {
    section(
      'A 4096 × 4096 float32 matrix, from running the cell to the first true pixels; bytes on the websocket',
      looks(firstLook, cold)
    );
  }
  if (slice) {
    section('A slice of a 512 × 256 × 256 float32 tensor, from the slider to new pixels', slices(slice));
  }
  if (pan) {
    section('Panning the 4096 × 4096 matrix', pans(pan));
  }
  if (graph) {
    section('A graph of 20 stages of 500 operations each', graphTable(graph));
  }
  if (layout) {
    section('Laying out a graph of what is open, beside all of it', layoutsOf(layout));
  }
  if (start) {
    section(
      'What the page loads of this extension',
      `  at JupyterLab's start ${bytes(start.atStart)}, with the first view ${bytes(start.withFirstView)} more`
    );
  }
  section('Targets', aims.map(({ name, met, text }) => `  ${met ? 'met   ' : 'MISSED'}  ${name}: ${text}`).join('\n'));
  if (failures.length) {
    section('Could not be measured', failures.map(({ name, message }) => `  ${name}: ${message}`).join('\n'));
  }
  return parts.join('\n\n');
}
