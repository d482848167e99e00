import { element } from '../../dom/element';
import { Button } from '../../ui/button';
import type { IconName } from '../../ui/icons';
import { Menu } from '../../ui/menu';
import { Picker } from '../../ui/picker';
import { Search } from '../../ui/search';
import { filterHelp } from '../tree/filter';
import type { Overlay } from './overlays';

export type Format = 'svg' | 'png' | 'dot' | 'json';

export interface ToolsOptions {
  readonly onSearch: (query: string) => void;
  readonly onFound: (step: 1 | -1) => void;
  readonly onColour: (id: string) => void;
  readonly onProfile: () => void;
  readonly onZoom: (into: boolean) => void;
  readonly onFit: () => void;
  readonly onCloseAll: () => void;
  readonly onMap: () => void;
  readonly onKeys: () => void;
  readonly onSave: (format: Format) => void;
}

const KIND = { value: 'kind', label: 'kind of layer' } as const;

/** What stands over the stage: search, colour, profile, and how to look and to save. */
export class Tools {
  readonly node: HTMLElement;
  readonly search: Search;
  readonly profile: Button;
  private readonly colours: Picker;
  private readonly map: Button;
  private readonly keys: Button;
  private readonly save: Menu;
  private readonly buttons: Button[];

  constructor(options: ToolsOptions) {
    this.search = new Search({
      label: 'Search the graph',
      help: filterHelp('of one tensor that flows in or out, so an activation and no parameter'),
      placeholder: 'name, kind:Linear, shape:384, params>1M …',
      onInput: options.onSearch,
      onEnter: backwards => options.onFound(backwards ? -1 : 1)
    });
    this.colours = new Picker({ label: 'colour by', onChange: options.onColour });
    this.profile = new Button({
      label: 'Profile',
      tip: 'Measure forward time, memory and FLOPs of every module, with the inputs that the view was given',
      onClick: options.onProfile
    });
    const quiet = (label: string, icon: IconName, onClick: () => void, tip?: string): Button =>
      new Button({ label, icon, kind: 'quiet', iconOnly: true, onClick, ...(tip === undefined ? {} : { tip }) });
    this.map = quiet('Overview map', 'map', options.onMap, 'Overview map (M)');
    this.buttons = [
      quiet('Zoom out', 'minus', () => options.onZoom(false), 'Zoom out (−)'),
      quiet('Zoom in', 'plus', () => options.onZoom(true), 'Zoom in (+)'),
      quiet('Show all', 'fit', options.onFit, 'Show all that is open (0)'),
      quiet('Close all', 'collapse', options.onCloseAll, 'Close all modules'),
      this.map,
      (this.keys = quiet('Keys', 'keyboard', options.onKeys, 'What the keys do (?)'))
    ];
    this.save = new Menu({
      label: 'Save',
      icon: 'download',
      tip: 'Save what is open as a picture, or the whole graph as data',
      items: [
        { label: 'SVG', note: 'what is open, as shapes', onChoose: () => options.onSave('svg') },
        { label: 'PNG', note: 'what is open, at 2×', onChoose: () => options.onSave('png') },
        { label: 'DOT', note: 'what is open, for Graphviz', onChoose: () => options.onSave('dot') },
        { label: 'JSON', note: 'the whole graph', onChoose: () => options.onSave('json') }
      ]
    });
    this.node = element('div', { class: 'mv-graph-tools' }, this.search.node, this.colours.node, this.profile.node);
    const buttons = element('div', { class: 'mv-graph-buttons' }, ...this.buttons.map(({ node }) => node));
    this.node.append(element('div', { class: 'mv-graph-tools-end' }, buttons, this.save.node));
  }

  /** What boxes can be coloured by, and what they are. */
  showColours(overlays: readonly Overlay[], chosen: Overlay | null): void {
    const options = overlays.map(({ id, label }) => ({ value: id, label }));
    this.colours.update({ options: [KIND, ...options], value: chosen?.id ?? KIND.value });
  }

  showPressed({ map, keys }: { readonly map: boolean; readonly keys: boolean }): void {
    this.map.update({ pressed: map });
    this.keys.update({ pressed: keys });
  }

  /** Nothing to search, save or profile, as long as there is no graph. */
  enable(enabled: boolean): void {
    this.save.update({ disabled: !enabled });
    this.profile.update({ disabled: !enabled });
  }

  dispose(): void {
    for (const part of [this.search, this.colours, this.profile, this.save, ...this.buttons]) {
      part.dispose();
    }
  }
}
