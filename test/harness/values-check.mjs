/**
 * Drives the values view in a real Chromium with made-up tensors: pixels against the tensor's numbers, hovering, zooming,
 * a lost context, many views. Prints a line a check; exits with 1 when one fails.
 */
import { build } from './build.mjs';
import { launch, open } from './shoot.mjs';

await build(['values']);
const browser = await launch();
let failed = 0;
const check = (name, ok, detail = '') => {
  failed += ok ? 0 : 1;
  console.log(`${ok ? 'ok  ' : 'FAIL'} ${name} ${detail}`);
};

/** Compares drawn pixels with colourOf for `count` visible cells; returns how many differ by more than a step. */
const compare = (page, { count = 200 } = {}) =>
  page.evaluate(async count => {
    const { view, state } = globalThis.demo;
    const { stage } = view;
    const canvas = document.createElement('canvas');
    const shown = stage.canvases[0];
    canvas.width = shown.width;
    canvas.height = shown.height;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    context.drawImage(shown, 0, 0);
    const { plane } = stage;
    let compared = 0;
    let off = 0;
    let worst = 0;
    const box = stage.node.getBoundingClientRect();
    for (let i = 0; i < count * 20 && compared < count; i++) {
      const facet = Math.floor(Math.random() * Math.min(plane.facets, 200));
      const row = Math.floor(Math.random() * plane.rows);
      const column = Math.floor(Math.random() * plane.columns);
      const place = { facet, row, column };
      const drawn = stage.drawnCell(place);
      const rect = stage.rectOf(place, drawn.level);
      const x = rect.x + rect.width / 2;
      const y = rect.y + rect.height / 2;
      if (x < 1 || y < 1 || x > box.width - 1 || y > box.height - 1) continue;
      const { cell } = drawn;
      const value = cell.exact ? Number(cell.value) : cell[state.value.colour.statistic];
      if (!Number.isFinite(value)) continue;
      const expected = globalThis.demo.colourOf(plane, value);
      const [r, g, b] = context.getImageData(
        Math.floor(x * devicePixelRatio),
        Math.floor(y * devicePixelRatio),
        1,
        1
      ).data;
      const distance = Math.max(Math.abs(r - expected[0]), Math.abs(g - expected[1]), Math.abs(b - expected[2]));
      compared++;
      worst = Math.max(worst, distance);
      off += distance > 6 ? 1 : 0;
    }
    return { compared, off, worst };
  }, count);

for (const ratio of [1, 2]) {
  for (const demo of [
    'matrix',
    'large',
    'odd',
    'embedding',
    'kernels',
    'features',
    'vector',
    'half',
    'integers',
    'complex',
    'scalar',
    'manykernels'
  ]) {
    const page = await open(browser, 'values', { ratio, theme: ratio === 2 ? 'dark' : 'light', query: `demo=${demo}` });
    const result = await compare(page);
    // 2^60 and its neighbours: the check's own numbers are float64.
    const allowed = demo === 'integers' ? 60 : 0;
    check(`pixels of ${demo} at ${ratio}x`, result.off <= allowed && result.compared > 0, JSON.stringify(result));
    await page.close();
  }
}

{
  const page = await open(browser, 'values', { query: 'demo=matrix' });
  const rect = await page.evaluate(() => globalThis.demo.view.cellRect(0, 211, 87).toJSON());
  await page.mouse.move(rect.x + rect.width / 2, rect.y + rect.height / 2);
  const readout = await page.evaluate(() => globalThis.demo.readouts.at(-1));
  const value = await page.evaluate(() => globalThis.demo.tensor.data[211 * 384 + 87]);
  const said = Number(readout.text.split('= ')[1].replace('−', '-'));
  check('hover says the value', Math.fround(said) === value && readout.note === 'exact', readout.text);
  await page.mouse.click(rect.x + rect.width / 2, rect.y + rect.height / 2);
  for (let i = 0; i < 12; i++) {
    await page.mouse.wheel(0, -200);
    await page.waitForTimeout(20);
    const text = await page.evaluate(
      ([x, y]) => JSON.stringify(globalThis.demo.view.stage.cellAt(x, y)),
      [rect.x + rect.width / 2, rect.y + rect.height / 2]
    );
    if (text !== '{"facet":0,"row":211,"column":87}') check('the cell under the pointer stays', false, text);
  }
  check('the cell under the pointer stays while zooming', true);
  const zoomed = await compare(page);
  check('pixels when zoomed in', zoomed.off <= zoomed.compared * 0.05, JSON.stringify(zoomed));
  await page.screenshot({ path: '/tmp/w/v-zoomed.png' });
  await page.keyboard.press('0');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('Shift+ArrowDown');
  check(
    'the cursor is announced',
    /^\[\d+, \d+\] = /.test(await page.textContent('.mv-values-live')),
    await page.textContent('.mv-values-live')
  );
  await page.keyboard.press('s');
  await page.keyboard.press('Shift+ArrowRight');
  await page.keyboard.press('ArrowDown');
  const region = await page.evaluate(() => globalThis.demo.state.value.region);
  check(
    's and arrows select',
    region && region.in[1] - region.in[0] === 11 && region.out[1] - region.out[0] === 2,
    JSON.stringify(region)
  );
  check('copy as Python', true, await page.evaluate(() => globalThis.demo.view.python()));
  await page.keyboard.press('Escape');
  check('Escape clears', (await page.evaluate(() => globalThis.demo.state.value.region)) === null);
  const at = await page.evaluate(() =>
    ['10,20', '50,90'].map(s => globalThis.demo.view.cellRect(0, ...s.split(',').map(Number)).toJSON())
  );
  await page.keyboard.down('Shift');
  await page.mouse.move(at[0].x + 0.5, at[0].y + 0.5);
  await page.mouse.down();
  await page.mouse.move(at[1].x + 0.5, at[1].y + 0.5, { steps: 4 });
  await page.mouse.up();
  await page.keyboard.up('Shift');
  check(
    'shift + drag selects',
    (await page.evaluate(() => JSON.stringify(globalThis.demo.state.value.region))) === '{"out":[10,51],"in":[20,91]}',
    await page.evaluate(() => JSON.stringify(globalThis.demo.state.value.region))
  );
  await page.screenshot({ path: '/tmp/w/v-selected.png' });

  await page.evaluate(() => globalThis.demo.loseContext());
  await page.waitForTimeout(100);
  await page.evaluate(() => globalThis.demo.restoreContext());
  await page.waitForTimeout(300);
  const restored = await compare(page);
  check('a restored context redraws', restored.off === 0, JSON.stringify(restored));

  await page.evaluate(() => globalThis.demo.theme.set('dark'));
  await page.waitForTimeout(300);
  await page.screenshot({ path: '/tmp/w/v-turned-dark.png' });
  const dark = await compare(page);
  check('a theme change redraws', dark.off === 0, JSON.stringify(dark));

  const [download] = await Promise.all([page.waitForEvent('download'), page.click('[aria-label="Save as PNG"]')]);
  await download.saveAs('/tmp/w/v-saved.png');
  check('save as PNG', true, download.suggestedFilename());
  await page.evaluate(() => globalThis.demo.view.dispose());
  await page.waitForTimeout(1300);
  const stats = await page.evaluate(() => globalThis.demo.stats());
  check(
    'a closed view frees all',
    stats.contexts === 0 && stats.textures === 0 && stats.views === 0,
    JSON.stringify(stats)
  );
  await page.close();
}

{
  const page = await open(browser, 'values', { query: 'demo=matrix&height=300px' });
  const result = await page.evaluate(async () => {
    const { valuesView, structure, context } = globalThis.demo;
    const views = [];
    for (let i = 0; i < 40; i++) {
      const root = document.createElement('div');
      root.className = 'mv-root';
      root.style.cssText = 'width: 700px; height: 320px';
      document.body.append(root);
      const view = valuesView.create({ ...context, id: `many-${i}`, readout: () => undefined }, structure.tensors[0]);
      root.append(view.node);
      view.resized();
      views.push(view);
    }
    await new Promise(resolve => setTimeout(resolve, 1500));
    return { stats: globalThis.demo.stats(), complete: views.filter(v => v.node.dataset.mvComplete === 'true').length };
  });
  check('40 views, one context', result.stats.contexts === 1 && result.complete === 40, JSON.stringify(result));
  await page.close();
}

{
  const page = await open(browser, 'values', { width: 1000, height: 700, query: 'demo=large' });
  const timing = await page.evaluate(async () => {
    const { view } = globalThis.demo;
    const { stage } = view;
    // Ours and the bare quad take turns, so that a busy machine is unkind to both.
    const frames = async (count, draw) => {
      const times = [];
      let last = 0;
      for (let i = 0; i < count; i++) {
        await new Promise(resolve => requestAnimationFrame(resolve));
        const now = performance.now();
        if (last) times.push(now - last);
        last = now;
        draw(i);
      }
      return times;
    };
    const median = times => times.sort((a, b) => a - b)[times.length >> 1];
    const results = {};
    const bare = globalThis.demo.bareQuad(stage.canvases[0].width, stage.canvases[0].height);
    for (const zoom of [0.23, 0.8, 1.3, 6, 30]) {
      stage.camera.zoom = zoom;
      stage.camera.x = stage.camera.y = 0;
      stage.camera.moved = true;
      let script = 0;
      const pan = i => {
        stage.camera.x = (i % 40) * 3;
        const start = performance.now();
        stage.draw();
        script += performance.now() - start;
      };
      for (let i = 0; i < 40; i += 4) {
        pan(i);
        await new Promise(resolve => setTimeout(resolve, 20));
      }
      script = 0;
      const ours = [];
      const theirs = [];
      for (let round = 0; round < 5; round++) {
        bare.hide(true);
        ours.push(...(await frames(21, pan)));
        bare.hide(false);
        theirs.push(...(await frames(21, bare.draw)));
      }
      results[`zoom ${zoom}, ${stage.scene.draws.length} tiles`] = {
        script: script / 105,
        ours: median(ours),
        bare: median(theirs)
      };
    }
    return results;
  });
  for (const [name, { script, ours, bare }] of Object.entries(timing)) {
    console.log(
      `     pan at ${name}: ${script.toFixed(2)} ms of script, ${ours.toFixed(1)} ms a frame, bare quad ${bare.toFixed(1)} (${(ours / bare).toFixed(2)})`
    );
  }
  await page.close();
}

await browser.close();
console.log(failed ? `${failed} failed` : 'all ok');
process.exitCode = failed ? 1 : 0;
