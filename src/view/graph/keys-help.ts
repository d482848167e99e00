import { element, setHidden } from '../../dom/element';
import { KEYS } from './keys';

/** What the keys do, over a corner of the stage. */
export class KeysHelp {
  readonly node = element('div', { class: 'mv-graph-keys', role: 'note', 'aria-label': 'Keys', hidden: true });

  constructor() {
    const list = element('dl');
    for (const [keys, does] of KEYS) {
      const names = keys.split('  ').map(key => element('kbd', {}, key));
      list.append(element('dt', {}, ...names), element('dd', {}, does));
    }
    this.node.append(list);
  }

  get shown(): boolean {
    return !this.node.hidden;
  }

  show(shown: boolean): void {
    setHidden(this.node, !shown);
  }
}
