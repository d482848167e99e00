import { element, setHidden, setText } from '../../dom/element';
import { formatCount, formatCounted } from '../../tensor/format';
import { Button } from '../../ui/button';
import { Choice } from './choice';

export interface ChosenOptions {
  /** Somebody chose here: the indices in ascending order. */
  readonly onChange: (indices: readonly number[]) => void;
  /** The indices that stand in a range of the table's rows. */
  readonly indicesIn: (first: number, last: number) => Promise<number[]>;
}

/** The indices that are chosen, and the line under the table that counts them. */
export class Chosen {
  readonly node: HTMLElement;
  private choice = new Choice();

  constructor(private readonly options: ChosenOptions) {
    this.clear = new Button({ label: 'Clear', kind: 'quiet', onClick: () => this.empty() });
    this.node = element('div', { class: 'mv-channels-chosen', hidden: true }, this.count, this.clear.node);
  }

  has(index: number): boolean {
    return this.choice.has(index);
  }

  /** Of another dimension. */
  begin(indices: readonly number[] = []): void {
    this.choice = new Choice(indices);
  }

  /** What the state says. */
  replace(indices: readonly number[] = []): void {
    this.choice.replace(indices);
    if (!indices.length) {
      this.choice.anchor = null;
    }
  }

  /** Of so many. */
  draw(size: number): void {
    const all = formatCounted(size, 'index', 'indices');
    setHidden(this.node, !this.choice.size);
    setText(this.count, `${formatCount(this.choice.size)} of ${all} chosen: mv.selection.channels`);
  }

  /** One more or one less. */
  toggle(place: number, index: number): void {
    this.choice.toggle(index);
    this.choice.anchor = place;
    this.options.onChange(this.choice.toState());
  }

  /** All between the row that was chosen last and this one. */
  async extend(place: number): Promise<void> {
    const { choice } = this;
    const anchor = choice.anchor ?? place;
    choice.anchor = anchor;
    choice.add(await this.options.indicesIn(Math.min(anchor, place), Math.max(anchor, place) + 1));
    this.options.onChange(choice.toState());
  }

  empty(): void {
    this.replace();
    this.options.onChange([]);
  }

  dispose(): void {
    this.clear.dispose();
  }

  private readonly count = element('span', { role: 'status' });
  private readonly clear: Button;
}
