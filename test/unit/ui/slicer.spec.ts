import { defaultSelection, selectionProblem } from '../../../src/tensor/selection';
import { Slicer, type Sliced } from '../../../src/ui/slicer';
import type { Selection } from '../../../src/wire/protocol';

const IMAGES: Sliced = {
  address: 'activation/0/conv',
  shape: [8, 144, 56, 3],
  dims: ['batch', 'channel', 'height', 'width'],
  dtype: 'float32'
};

function make(tensor: Sliced, selection: Selection = defaultSelection(tensor)) {
  const said: Selection[] = [];
  const slicer = new Slicer({
    onChange: next => {
      said.push(next);
      slicer.update({ tensor, selection: next });
    }
  });
  document.body.append(slicer.node);
  slicer.update({ tensor, selection });
  const group = (index: number): Element => slicer.node.querySelectorAll('.mv-slicer-dim')[index]!;
  return {
    slicer,
    said,
    use: (index: number) => group(index).querySelector('select')!,
    slider: (index: number) => group(index).querySelector<HTMLInputElement>('[type=range]')!,
    field: (index: number) => group(index).querySelector<HTMLInputElement>('[type=number]')!,
    button: (label: string) => slicer.node.querySelector<HTMLButtonElement>(`button[aria-label="${label}"]`)!
  };
}

const set = (input: HTMLInputElement | HTMLSelectElement, value: string): void => {
  input.value = value;
  input.dispatchEvent(new Event(input instanceof HTMLSelectElement ? 'change' : 'input'));
};

afterEach(() => document.body.replaceChildren());

describe('the slicer', () => {
  it('says what every dimension is for', () => {
    const { slicer, use } = make(IMAGES);
    expect([0, 1, 2, 3].map(index => use(index).value)).toEqual(['facet', 'index', 'row', 'column']);
    expect(slicer.node.textContent).toContain('channel144');
  });

  it('says every step of the slider at once', () => {
    const { said, slider, field } = make(IMAGES);
    set(slider(1), '5');
    set(slider(1), '6');
    expect(said.map(selection => selection.dims.channel)).toEqual([5, 6]);
    expect(field(1).value).toBe('6');
  });

  it('goes to a typed index, and waits for one that is not yet one', () => {
    const { said, field, slider } = make(IMAGES);
    field(1).focus();
    set(field(1), '143');
    expect(said.at(-1)!.dims.channel).toBe(143);
    set(field(1), '1439');
    expect(said).toHaveLength(1);
    expect(field(1).getAttribute('aria-invalid')).toBe('true');
    expect(slider(1).value).toBe('143');
    field(1).blur();
    expect(field(1).value).toBe('143');
    expect(field(1).hasAttribute('aria-invalid')).toBe(false);
  });

  it('turns with the wheel only while it has the focus', () => {
    const { said, slider } = make(IMAGES);
    const turn = (): void => void slider(1).dispatchEvent(new WheelEvent('wheel', { deltaY: 3, cancelable: true }));
    turn();
    expect(said).toHaveLength(0);
    slider(1).focus();
    turn();
    expect(said.at(-1)!.dims.channel).toBe(1);
  });

  it('keeps the selection whole, whatever is chosen', () => {
    const { said, use, slider } = make(IMAGES);
    set(slider(1), '100');
    for (const [index, word] of [
      [1, 'column'],
      [0, 'row'],
      [3, 'mean'],
      [2, 'max'],
      [3, 'index'],
      [2, 'facet'],
      [1, 'facet'],
      [0, 'facet']
    ] as const) {
      set(use(index), word);
      expect(selectionProblem(IMAGES, said.at(-1)!)).toBeNull();
      expect(use(index).value).toBe(word);
    }
  });

  it('comes back to the index that was last looked at', () => {
    const { said, use, slider } = make(IMAGES);
    set(slider(1), '17');
    set(use(1), 'mean');
    set(use(1), 'index');
    expect(said.at(-1)!.dims.channel).toBe(17);
  });

  it('swaps rows and columns, and goes back to how it was', () => {
    const { said, button } = make(IMAGES);
    expect(button('Slice as at first').hidden).toBe(true);
    button('Swap rows and columns').click();
    expect(said.at(-1)!.dims).toMatchObject({ height: 'column', width: 'row' });
    expect(button('Slice as at first').hidden).toBe(false);
    button('Slice as at first').click();
    expect(said.at(-1)).toEqual(defaultSelection(IMAGES));
  });

  it('keeps the slider under the hand', () => {
    const { slider, slicer } = make(IMAGES);
    const before = slider(1);
    slicer.update({ tensor: { ...IMAGES }, selection: defaultSelection(IMAGES) });
    expect(slider(1)).toBe(before);
  });

  it('shows components of complex tensors, and none of real ones', () => {
    const complex = { ...IMAGES, dtype: 'complex64' };
    const { slicer, said } = make(complex);
    const select = [...slicer.node.querySelectorAll('select')].at(-1)!;
    expect([...select.options].map(option => option.value)).toContain('phase');
    set(select, 'phase');
    expect(said.at(-1)!.component).toBe('phase');
    const real = make(IMAGES).slicer.node.querySelector<HTMLElement>('.mv-slicer-dims > .mv-picker');
    expect(real!.hidden).toBe(true);
  });

  it('takes a vector, a scalar and nothing', () => {
    const vector = make({ address: 'a', shape: [4], dims: ['out'], dtype: 'int8' });
    expect([...vector.use(0).options].map(option => option.value)).not.toContain('row');
    const scalar = make({ address: 'b', shape: [], dims: [], dtype: 'int8' });
    expect(scalar.slicer.node.querySelectorAll('.mv-slicer-dim')).toHaveLength(0);
    const none = make({ address: 'c', shape: [0, 4], dims: ['out', 'in'], dtype: 'int8' });
    expect(none.use(0).querySelector<HTMLOptionElement>('[value=index]')!.disabled).toBe(true);
  });

  it('can be disabled whole', () => {
    const { slicer } = make(IMAGES);
    slicer.update({ tensor: IMAGES, selection: defaultSelection(IMAGES), disabled: true });
    const controls = [...slicer.node.querySelectorAll<HTMLInputElement>('input, select, button')];
    expect(controls.every(control => control.disabled)).toBe(true);
  });
});
