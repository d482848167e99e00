/** `npm start`: sets up, then opens JupyterLab on the quickstart. More arguments go to JupyterLab. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, main, run, venvBin } from './lib.mjs';
import { setup } from './setup.mjs';

const NOTEBOOK = join('examples', '01-quickstart.ipynb');

await main(async () => {
  await setup();
  // Ctrl-C is for JupyterLab, which asks whether it is meant.
  process.on('SIGINT', () => undefined);
  const args = process.argv.slice(2);
  if (existsSync(join(ROOT, NOTEBOOK))) {
    args.unshift(NOTEBOOK);
  }
  if (process.getuid?.() === 0) {
    args.push('--allow-root'); // in a container
  }
  const { code } = await run([venvBin('jupyter'), 'lab', ...args]);
  return code;
});
