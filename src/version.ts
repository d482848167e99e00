import manifest from '../package.json';

/** The name and version that the Python side asks the widget manager for. */
export const MODULE_NAME: string = manifest.name;
export const MODULE_VERSION: string = manifest.version;
