export { MODULE_NAME, MODULE_VERSION } from './version';
