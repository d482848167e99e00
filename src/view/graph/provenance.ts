import { element, setHidden, setText } from '../../dom/element';
import { formatSeconds } from '../../tensor/format';
import { Button } from '../../ui/button';
import { icon } from '../../ui/icons';
import type { Graph, Profile } from '../../wire/protocol';

const TIERS: Readonly<Record<string, string>> = {
  export: 'Found by torch.export',
  trace: 'Found by running the model once',
  file: 'Read from the file',
  modules: 'Only the modules are known'
};

/** How the graph was found, in a quiet place, and on request what stood in the way of something better. */
export class Provenance {
  /** `Found by torch.export in 1.2 s` */
  readonly node = element('div', { class: 'mv-graph-provenance' });
  /** Over the stage: the notes, whole, to be read, selected and copied. */
  readonly notes = element('div', { class: 'mv-graph-notes', role: 'region', 'aria-label': 'Notes', hidden: true });
  private readonly words = element('span');
  private readonly button: Button;

  constructor() {
    this.button = new Button({ label: 'Why?', kind: 'quiet', onClick: () => this.toggle(this.notes.hidden) });
    this.node.append(this.words, this.button.node);
  }

  show({ tier, seconds, notes, edges }: Graph): void {
    const found = TIERS[tier] ?? `Found by ${tier}`;
    setText(this.words, tier === 'modules' || seconds < 0.001 ? found : `${found} in ${formatSeconds(seconds)}`);
    const lead = edges.length ? [] : ['These are the modules, without what flows between them.'];
    this.write([...lead, ...notes], 'Why?');
    // Where nothing flows, the reason is the first that one wants to know.
    this.toggle(!edges.length && notes.length > 0);
  }

  /** What was measured, and how: it belongs to the numbers. Where nothing could be, the notes stand open and say why. */
  profiled({ notes, seconds }: Profile, measured: boolean): void {
    setText(this.words, measured ? `Profiled in ${formatSeconds(seconds)}` : 'Not profiled');
    this.write(notes, measured ? 'How?' : 'Why?');
    this.toggle(!measured);
  }

  dispose(): void {
    this.button.dispose();
  }

  private write(notes: readonly string[], label: string): void {
    const close = element('button', { type: 'button', class: 'mv-graph-notes-close', 'aria-label': 'Close the notes' });
    close.append(icon('close'));
    close.addEventListener('click', () => this.toggle(false));
    this.notes.replaceChildren(close, ...notes.flatMap(noteElements));
    this.button.update({ label, hidden: !notes.length });
  }

  private toggle(open: boolean): void {
    setHidden(this.notes, !open);
    this.button.update({ pressed: open });
  }
}

/** A sentence, and what follows it line by line: a traceback of the person's own code. */
function noteElements(note: string): HTMLElement[] {
  const [first, ...rest] = note.split('\n');
  const sentence = element('p', {}, first!);
  return rest.length
    ? [sentence, element('pre', { class: 'mv-graph-traceback', tabindex: 0 }, rest.join('\n'))]
    : [sentence];
}
