import { Menu } from '../../../src/ui/menu';

let chosen: string[];
let menu: Menu;
const button = (): HTMLButtonElement => menu.node.querySelector('button')!;
const list = (): HTMLElement => menu.node.querySelector('[role=menu]')!;
const press = (key: string): boolean =>
  document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
const focused = (): string => document.activeElement!.textContent;

beforeEach(() => {
  chosen = [];
  menu = new Menu({
    label: 'Save',
    items: ['SVG', 'PNG', 'DOT'].map(label => ({ label, onChoose: () => chosen.push(label) }))
  });
  document.body.replaceChildren(menu.node);
});

afterEach(() => menu.dispose());

it('opens on its first item, and chooses by a click', () => {
  expect(list().hidden).toBe(true);
  button().click();
  expect(button().getAttribute('aria-expanded')).toBe('true');
  expect(focused()).toBe('SVG');
  (list().children[1] as HTMLElement).click();
  expect(chosen).toEqual(['PNG']);
  expect(list().hidden).toBe(true);
  expect(document.activeElement).toBe(button());
});

it('is walked by the arrows, round and round', () => {
  button().focus();
  press('ArrowDown');
  expect(focused()).toBe('SVG');
  press('ArrowUp');
  expect(focused()).toBe('DOT');
  press('ArrowDown');
  press('End');
  expect(focused()).toBe('DOT');
  press('Home');
  expect(focused()).toBe('SVG');
});

it('is put away by Escape, which goes no further, and by leaving it', () => {
  button().click();
  const outside = jest.fn();
  document.addEventListener('keydown', outside, { once: true });
  press('Escape');
  expect(list().hidden).toBe(true);
  expect(outside).not.toHaveBeenCalled();
  button().click();
  (document.activeElement as HTMLElement).blur();
  expect(list().hidden).toBe(true);
});
