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

/** How the graph was found, and what was measured, in a quiet place; on request what stood in the way of something better. */
export class Provenance {
  /** `Found by torch.export in 1.2 s`, `Profiled in 500 ms` */
  readonly node = element('div', { class: 'mv-graph-provenance' });
  /** Over the stage: the notes, whole, to be read, selected and copied. */
  readonly notes = element('div', { class: 'mv-graph-notes', role: 'region', 'aria-label': 'Notes', hidden: true });
  private readonly found = new Origin('How the graph was found', () => this.toggle(this.found));
  private readonly measured = new Origin('How it was profiled', () => this.toggle(this.measured));
  private shown: Origin | null = null;

  constructor() {
    this.node.append(this.found.node, this.measured.node);
  }

  show({ tier, seconds, notes, edges }: Graph): void {
    const found = TIERS[tier] ?? `Found by ${tier}`;
    const words = tier === 'modules' || seconds < 0.001 ? found : `${found} in ${formatSeconds(seconds)}`;
    const lead = edges.length ? [] : ['These are the modules, without what flows between them.'];
    this.found.update(words, [...lead, ...notes], 'Why?');
    this.measured.update('', [], '');
    // Where nothing flows, the reason is the first that one wants to know.
    this.open(!edges.length && notes.length ? this.found : null);
  }

  /** What was measured, and how: it belongs to the numbers. Where nothing could be, the notes stand open and say why. */
  profiled({ notes, seconds }: Profile, measured: boolean): void {
    const words = measured ? `Profiled in ${formatSeconds(seconds)}` : 'Not profiled';
    this.measured.update(words, notes, measured ? 'How?' : 'Why?');
    if (!measured) {
      this.open(this.measured);
    } else if (this.shown === this.measured) {
      this.open(null);
    }
  }

  dispose(): void {
    this.found.dispose();
    this.measured.dispose();
  }

  private toggle(origin: Origin): void {
    this.open(this.shown === origin ? null : origin);
  }

  private open(origin: Origin | null): void {
    this.shown = origin;
    for (const each of [this.found, this.measured]) {
      each.press(each === origin);
    }
    setHidden(this.notes, origin === null);
    const close = element('button', { type: 'button', class: 'mv-graph-notes-close', 'aria-label': 'Close the notes' });
    close.append(icon('close'));
    close.addEventListener('click', () => this.open(null));
    this.notes.replaceChildren(...(origin ? [close, ...origin.notes.flatMap(noteElements)] : []));
    this.notes.scrollTop = 0;
  }
}

/** A few words on where something comes from, and a button for the notes on it. */
class Origin {
  readonly node = element('span', { class: 'mv-graph-origin', hidden: true });
  notes: readonly string[] = [];
  private readonly words = element('span');
  private readonly button: Button;

  constructor(tip: string, onClick: () => void) {
    this.button = new Button({ label: '', kind: 'quiet', tip, onClick });
    this.node.append(this.words, this.button.node);
  }

  update(words: string, notes: readonly string[], label: string): void {
    this.notes = notes;
    setText(this.words, words);
    this.button.update({ label, hidden: !notes.length });
    setHidden(this.node, !words);
  }

  press(pressed: boolean): void {
    this.button.update({ pressed });
  }

  dispose(): void {
    this.button.dispose();
  }
}

/** A sentence, and what follows it line by line: a traceback of the person's own code, with its end in sight as well. */
function noteElements(note: string): HTMLElement[] {
  const [first, ...rest] = note.split('\n');
  const sentence = element('p', {}, first!);
  if (!rest.length) {
    return [sentence];
  }
  const error = errorIn(rest);
  return [
    sentence,
    ...(error ? [element('p', { class: 'mv-graph-error' }, error)] : []),
    element('pre', { class: 'mv-graph-traceback', tabindex: 0 }, rest.join('\n'))
  ];
}

/** `ValueError: …`, the first line after the last of the frames, which are indented. */
function errorIn(traceback: readonly string[]): string | undefined {
  const ends = traceback.filter((line, index) => /^\S/.test(line) && /^ {2}/.test(traceback[index - 1] ?? ''));
  return ends.at(-1);
}
