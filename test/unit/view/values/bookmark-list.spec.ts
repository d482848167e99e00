import { BookmarkList } from '../../../../src/view/values/bookmark-list';
import { DEFAULT_STATE } from '../../../../src/wire/protocol';
import type { Bookmark } from '../../../../src/wire/protocol';

const place = (name: string): Bookmark => ({
  name,
  address: `weight/${name}.weight`,
  selection: { dims: { out: 'row', in: 'column' }, component: 'value' },
  place: null,
  colour: DEFAULT_STATE.colour,
  aspect: 'square'
});

let kept: Bookmark[];
let gone: string[];
let list: BookmarkList;

beforeEach(() => {
  kept = [place('a'), place('b'), place('c')];
  gone = [];
  list = new BookmarkList({
    bookmarks: () => kept,
    suggestion: () => 'a.weight [3, 4]',
    onKeep: name => (kept = [...kept, place(name)]),
    onGo: ({ name }) => gone.push(name),
    onChange: bookmarks => {
      kept = [...bookmarks];
      list.update();
    }
  });
  document.body.replaceChildren(list.node);
  list.update();
});

afterEach(() => list.dispose());

const named = (label: string): HTMLElement => list.node.querySelector(`[aria-label="${label}"]`)!;
const newName = (): HTMLInputElement => named('Name of this place') as HTMLInputElement;
const problem = (): string | null => {
  const alert = list.node.querySelector<HTMLElement>('[role=alert]')!;
  return alert.hidden ? null : alert.textContent;
};
const type = (field: HTMLElement, text: string, key = 'Enter'): void => {
  (field as HTMLInputElement).value = text;
  field.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
};
const names = (): string[] => kept.map(({ name }) => name);

it('lists the places, and goes to one', () => {
  const rows = [...list.node.querySelectorAll<HTMLElement>('.mv-bookmark > .mv-menu-item')];
  expect(rows.map(row => row.textContent)).toEqual(['a', 'b', 'c']);
  rows[1]!.click();
  expect(gone).toEqual(['b']);
});

it('says that there are none', () => {
  kept = [];
  list.update();
  expect(list.node.textContent).toContain('No places yet');
});

it('keeps what is on screen under the name that is typed, or the one that is proposed', () => {
  expect(newName().placeholder).toBe('a.weight [3, 4]');
  type(newName(), '  the middle ');
  expect(newName().value).toBe('');
  type(newName(), '');
  expect(names()).toEqual(['a', 'b', 'c', 'the middle', 'a.weight [3, 4]']);
});

it('refuses a name that is taken or too long, and says why', () => {
  type(newName(), 'b');
  expect(problem()).toContain("There is a place called 'b'");
  type(newName(), 'x'.repeat(201));
  expect(problem()).toBe('A name has at most 200 characters');
  expect(names()).toEqual(['a', 'b', 'c']);
  type(newName(), 'x'.repeat(200));
  expect(problem()).toBeNull();
  expect(names()).toHaveLength(4);
});

it('renames a place where it stands', () => {
  named('Rename b').click();
  const field = named('New name of b');
  expect(document.activeElement).toBe(field);
  type(field, 'a');
  expect([names(), field.getAttribute('aria-invalid')]).toEqual([['a', 'b', 'c'], 'true']);
  expect(problem()).toContain("There is a place called 'a'");
  type(field, ' renamed ');
  expect(names()).toEqual(['a', 'renamed', 'c']);
  expect(named('New name of b')).toBeNull();
  // Its own name is no other's.
  named('Rename c').click();
  type(named('New name of c'), 'c');
  expect([names(), problem()]).toEqual([['a', 'renamed', 'c'], null]);
});

it('leaves a name as it is on Escape, which does not close what the list is in', () => {
  const heard = jest.fn();
  document.body.addEventListener('keydown', heard, { once: true });
  named('Rename b').click();
  type(named('New name of b'), 'other', 'Escape');
  expect(heard).not.toHaveBeenCalled();
  expect([names(), named('New name of b')]).toEqual([['a', 'b', 'c'], null]);
  expect(document.activeElement).toBe(newName());
});

it('deletes a place, and keeps the focus in the panel', () => {
  const remove = named('Delete b');
  remove.focus();
  remove.click();
  expect(names()).toEqual(['a', 'c']);
  expect(document.activeElement).toBe(newName());
});
