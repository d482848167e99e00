/**
 * JupyterLab's doors into modelview. This file is all that JupyterLab's start pays for
 * (test/unit/start-size.spec.ts measures it): everything else is imported with the first view.
 */
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IJupyterWidgetRegistry } from '@jupyter-widgets/base';
import { MODULE_NAME, MODULE_VERSION } from './version';

const widget: JupyterFrontEndPlugin<void> = {
  id: 'modelview:widget',
  description: 'Registers the modelview widgets with the widget manager.',
  autoStart: true,
  requires: [IJupyterWidgetRegistry],
  activate: (_app: JupyterFrontEnd, registry: IJupyterWidgetRegistry) => {
    registry.registerWidget({
      name: MODULE_NAME,
      version: MODULE_VERSION,
      exports: () => import('./host/widget')
    });
  }
};

export default [widget];
