import { element } from '../../dom/element';
import { isAxis } from '../../tensor/selection';
import { Picker } from '../../ui/picker';
import type { PickerOption } from '../../ui/picker';
import type { OrderBy, Selection } from '../../wire/protocol';

type Order = OrderBy | 'given';
type Normalise = NonNullable<Selection['normalise']> | 'tensor';

const ORDERS: readonly PickerOption<Order>[] = [
  { value: 'given', label: 'as given' },
  { value: 'norm', label: 'by norm, largest first' },
  { value: 'mean', label: 'by mean, largest first' },
  { value: 'cluster', label: 'clustered: like beside like' }
];

/** In which order a picture's rows, columns and facets stand, and what its values are divided by. */
export class ArrangementMenu {
  readonly node = element('div', { class: 'mv-arrangement' });
  private readonly normalise: Picker<Normalise>;
  private orders: { readonly dim: string; readonly picker: Picker<Order> }[] = [];
  private selection: Selection | null = null;
  private built = '';

  constructor(private readonly onChange: (selection: Selection) => void) {
    this.normalise = new Picker<Normalise>({ label: 'Values', onChange: by => this.setNormalise(by) });
  }

  update(dims: readonly string[], selection: Selection): void {
    this.selection = selection;
    const axes = dims.filter(dim => isAxis(selection.dims[dim]!));
    const built = JSON.stringify(axes);
    if (built !== this.built) {
      this.built = built;
      this.orders.forEach(({ picker }) => picker.dispose());
      this.orders = axes.map(dim => ({
        dim,
        picker: new Picker<Order>({ label: dim, name: `Order of ${dim}`, onChange: by => this.setOrder(dim, by) })
      }));
      this.node.replaceChildren(this.normalise.node, ...this.orders.map(({ picker }) => picker.node));
    }
    const nameOf = (axis: string): string => dims.find(dim => selection.dims[dim] === axis) ?? '';
    const [row, column] = [nameOf('row'), nameOf('column')];
    this.normalise.update({
      options: [
        { value: 'tensor', label: 'as they are' },
        { value: 'row', label: `each ${row || 'row'} by its largest`, disabled: !row || !column },
        { value: 'column', label: `each ${column || 'column'} by its largest`, disabled: !row || !column }
      ],
      value: selection.normalise ?? 'tensor'
    });
    for (const { dim, picker } of this.orders) {
      picker.update({ options: ORDERS, value: selection.order?.[dim] ?? 'given' });
    }
  }

  dispose(): void {
    this.orders.forEach(({ picker }) => picker.dispose());
    this.normalise.dispose();
    this.node.remove();
  }

  private setNormalise(by: Normalise): void {
    if (this.selection) {
      const { dims, component, order } = this.selection;
      const rest = { dims, component, ...(order ? { order } : {}) };
      this.onChange(by === 'tensor' ? rest : { ...rest, normalise: by });
    }
  }

  private setOrder(dim: string, by: Order): void {
    if (this.selection) {
      const { order, ...rest } = this.selection;
      const others = Object.entries(order ?? {}).filter(([name]) => name !== dim);
      const all: [string, OrderBy][] = by === 'given' ? others : [...others, [dim, by]];
      this.onChange(all.length ? { ...rest, order: Object.fromEntries(all) } : rest);
    }
  }
}
