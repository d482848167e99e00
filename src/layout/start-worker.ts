/** The one place that knows how a bundler finds the worker's code: webpack makes a file of its own for it. */
export const startWorker = (): Worker => new Worker(new URL('./worker', import.meta.url));
