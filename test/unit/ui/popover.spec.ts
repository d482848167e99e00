import { Popover } from '../../../src/ui/popover';

let popover: Popover;
let opened: number;
let content: HTMLElement;
let outside: HTMLButtonElement;
const button = (): HTMLButtonElement => popover.node.querySelector('button')!;
const panel = (): HTMLElement => popover.node.querySelector('[role=dialog]')!;
const press = (key: string): boolean =>
  document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));

beforeEach(() => {
  opened = 0;
  content = document.createElement('div');
  content.innerHTML = '<span>text</span><button disabled></button><input><select></select>';
  popover = new Popover({ label: 'Places', icon: 'bookmark', content, onOpen: () => opened++ });
  outside = document.createElement('button');
  document.body.replaceChildren(popover.node, outside);
});

afterEach(() => popover.dispose());

it('opens on its first control that can be used, and closes by its button', () => {
  expect([panel().hidden, popover.open, button().getAttribute('aria-expanded')]).toEqual([true, false, 'false']);
  button().click();
  expect([panel().hidden, popover.open, button().getAttribute('aria-expanded')]).toEqual([false, true, 'true']);
  expect(document.activeElement).toBe(content.querySelector('input'));
  expect(opened).toBe(1);
  button().click();
  expect(popover.open).toBe(false);
  expect(document.activeElement).toBe(button());
});

it('is named as its button is, which says what it opens', () => {
  expect(panel().getAttribute('aria-label')).toBe('Places');
  expect(button().getAttribute('aria-controls')).toBe(panel().id);
  expect(button().getAttribute('aria-haspopup')).toBe('dialog');
});

it('takes the focus itself where nothing in it can', () => {
  content.replaceChildren('words');
  popover.show(true);
  expect(document.activeElement).toBe(panel());
});

it('is put away by Escape, which goes no further and gives the focus back', () => {
  const heard = jest.fn();
  document.addEventListener('keydown', heard, { once: true });
  popover.show(true);
  press('Escape');
  expect(popover.open).toBe(false);
  expect(document.activeElement).toBe(button());
  expect(heard).not.toHaveBeenCalled();
  // Closed, the key is somebody else's.
  press('Escape');
  expect(heard).toHaveBeenCalledTimes(1);
});

it('closes as the focus goes elsewhere, and not as what has it is taken away', () => {
  popover.show(true);
  content.querySelector('select')!.focus();
  expect(popover.open).toBe(true);
  content.querySelector('select')!.remove();
  expect(popover.open).toBe(true);
  content.querySelector('input')!.focus();
  outside.focus();
  expect(popover.open).toBe(false);
  expect(document.activeElement).toBe(outside);
});

it('closes where its button can no longer be used', () => {
  popover.show(true);
  popover.update({ disabled: true });
  expect([popover.open, button().disabled]).toEqual([false, true]);
});
