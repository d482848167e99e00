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

/** Of what there should be much. */
const least = (name, value, limit, say) => ({
  name,
  value,
  limit,
  met: value >= limit,
  text: `${say(value)}, aimed at ${say(limit)} or more`
});

const rate = value => `${value.toFixed(0)} a second`;
const times = value => `${value.toFixed(value < 0.1 ? 3 : 2)} times`;

/** What is aimed at, and what was reached. */
export function targets({ firstLook, slice, pan, start, graph, checkpoint, tiles, busy }) {
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
  if (checkpoint) {
    const { open, memory, largest } = checkpoint;
    const size = bytes(checkpoint.bytes);
    const what = `a checkpoint of ${size}`;
    list.push(target(`${what} opened, the import included`, open.all.max, 2000, ms));
    const opening = Math.max(memory.opening, memory.shown);
    list.push(target('memory for it over the bare kernel, shown on the page', opening, 300e6, bytes));
    list.push(target("its largest tensor's overview, over np.max of the memory map", largest.ratio, 3, times));
    list.push(
      target('memory over the bare kernel while all of it is scrolled through', memory.scrolling, 600e6, bytes)
    );
  }
  if (tiles) {
    for (const [where, kind] of [
      ['memory', 'in memory'],
      ['file', 'in a file']
    ]) {
      const [exact, pooled] = tiles.kernel[where];
      list.push(least(`tiles from the kernel, ${kind}, level 0`, exact.perSecond.median, 200, rate));
      list.push(least(`tiles from the kernel, ${kind}, pooled`, pooled.perSecond.median, 200, rate));
    }
    list.push(least('tiles decoded, uploaded and drawn, level 0', tiles.page.exact.median, 200, rate));
    list.push(least('tiles decoded, uploaded and drawn, pooled', tiles.page.pooled.median, 200, rate));
    list.push(least('tiles over the wire, over a raw comm of as many bytes', tiles.wire.ratio, 0.8, times));
  }
  if (busy) {
    list.push(target('a tile while a cell runs in pure Python', busy.busy.arrived.median, 150, ms));
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

function checkpointOf({ bytes: size, tensors, open, memory, scroll, largest }) {
  const time = (name, s, over = '') => [name, ...timesOf(s), s.count, over && `${over.toFixed(2)} ×`];
  return `${table([
    [`${bytes(size)}, ${tensors} tensors`, 'median', 'min', 'max', 'runs', ''],
    time('opened in a bare kernel, the import included', open.all),
    time('  of which the import', open.import),
    time('opened again', open.again),
    time(`np.max of the largest, ${bytes(largest.bytes)} in a memory map`, largest.max),
    time('overview of the largest', largest.overview, largest.ratio),
    time('np.max, the file not in memory', largest.cold.max),
    time('overview, the file not in memory', largest.cold.overview, largest.cold.ratio)
  ])}

${table([
  ['most memory over the bare kernel', 'anonymous'],
  ['while it is opened', bytes(memory.opening)],
  ['  pages of files too', bytes(memory.openingWithFiles)],
  ['shown on the page', bytes(memory.shown)],
  [`while ${scroll.tiles.toLocaleString('en')} tiles are scrolled through`, bytes(memory.scrolling)],
  ['while the overview is made', bytes(memory.overview)]
])}
  scrolled through in ${ms(scroll.seconds * 1000)}: ${rate(scroll.tiles / scroll.seconds)}, ${bytes(scroll.bytes)}`;
}

function tilesOf({ kernel, page, wire }) {
  const row = (name, s) => [name, ...[s.median, s.min, s.max].map(value => value.toFixed(0)), s.count];
  const levels = (where, text) =>
    kernel[where].map(({ level, perSecond }) => row(`kernel, float32 ${text}, level ${level}`, perSecond));
  const { tiles, raw } = wire.megabytesPerSecond;
  return `${table([
    ['tiles of 256² a second', 'median', 'min', 'max', 'runs'],
    ...levels('memory', 'in memory'),
    ...levels('file', 'in a file'),
    row('page, level 0: decoded, uploaded, drawn', page.exact),
    row('page, pooled', page.pooled)
  ])}

${table([
  [`MB a second, messages of ${bytes(wire.message)}`, 'median', 'min', 'max', 'runs'],
  row('raw comm', raw),
  row('tiles, asked for and decoded', tiles)
])}
  tiles over the raw comm: ${wire.ratio.toFixed(2)} ×`;
}

function busyOf({ idle, busy }) {
  const row = (name, s) => [name, ...timesOf(s), ms(s.p95), s.count];
  return table([
    ['from the slider', 'median', 'min', 'max', 'p95', 'runs'],
    row('kernel at rest: tile on the socket', idle.arrived),
    row('kernel at rest: drawn', idle.drawn),
    row('a pure Python loop runs: tile on the socket', busy.arrived),
    row('a pure Python loop runs: drawn', busy.drawn)
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
  checkpoint,
  tiles,
  busy,
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
  if (checkpoint) {
    section(
      'A checkpoint in three safetensors shards, larger than what it is looked at with',
      checkpointOf(checkpoint)
    );
  }
  if (tiles) {
    section('Tiles', tilesOf(tiles));
  }
  if (busy) {
    section('A slice while a cell runs', busyOf(busy));
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
