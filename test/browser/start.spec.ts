/** JupyterLab before anything of modelview is on screen. */
import { expect, test } from '@playwright/test';

test('Chromium draws WebGL, so that the other tests look at real pixels', async ({ page }) => {
  await page.goto('/lab');
  const renderer = await page.evaluate(() => {
    const gl = new OffscreenCanvas(1, 1).getContext('webgl');
    const names = gl?.getExtension('WEBGL_debug_renderer_info');
    return gl && names ? String(gl.getParameter(names.UNMASKED_RENDERER_WEBGL)) : 'no WebGL';
  });
  // Other flags than ours (CHROMIUM_FLAGS) ask for another renderer.
  expect(renderer).toMatch(process.env.CHROMIUM_FLAGS ? /^(?!no WebGL)/ : /SwiftShader/);
});

test('JupyterLab starts with our plugin, and loads at most 20 KB of us', async ({ page }) => {
  const bytes = new Map<string, number>();
  page.on('response', response => {
    const { pathname } = new URL(response.url());
    if (pathname.includes('/extensions/modelview/')) {
      void response.body().then(body => bytes.set(pathname, body.length));
    }
  });
  await page.goto('/lab');
  await page.waitForFunction(() => 'jupyterapp' in window);
  const active = await page.evaluate(async () => {
    const { jupyterapp } = window as unknown as {
      jupyterapp: { restored: Promise<void>; isPluginActivated: (id: string) => boolean };
    };
    await jupyterapp.restored;
    return jupyterapp.isPluginActivated('modelview:widget');
  });
  expect(active).toBe(true);
  expect(bytes.size).toBeGreaterThan(1);
  expect([...bytes.values()].reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(20 * 1024);
});
