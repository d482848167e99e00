/** The wheel in an environment that has never seen Node or this repository. */
import { expect, test } from '@playwright/test';

test('JupyterLab loads and activates the extension', async ({ page }) => {
  await page.goto('/lab');
  await page.waitForFunction(() => 'jupyterapp' in window);
  const active = await page.evaluate(async () => {
    const { jupyterapp } = window as unknown as {
      jupyterapp: { started: Promise<void>; isPluginActivated: (id: string) => boolean };
    };
    await jupyterapp.started;
    return jupyterapp.isPluginActivated('modelview:widget');
  });
  expect(active).toBe(true);
});
