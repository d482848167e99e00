import { Button } from '../../../src/ui/button';
import { Notice } from '../../../src/ui/notice';
import { Picker } from '../../../src/ui/picker';
import { ProgressBar } from '../../../src/ui/progress';
import { Search } from '../../../src/ui/search';
import { Tabs } from '../../../src/ui/tabs';

afterEach(() => document.body.replaceChildren());

describe('tabs', () => {
  const make = () => {
    const onSelect = jest.fn();
    const tabs = new Tabs({ label: 'Views', onSelect });
    document.body.append(tabs.node);
    const all = [
      { id: 'a', label: 'A' },
      { id: 'b', label: 'B', disabled: true },
      { id: 'c', label: 'C' }
    ];
    tabs.update({ tabs: all, selected: 'a' });
    const tab = (id: string): HTMLButtonElement =>
      tabs.node.querySelector<HTMLButtonElement>(`#${tabs.elementId(id)}`)!;
    return { tabs, all, onSelect, tab };
  };

  it('have one stop in the tab order', () => {
    const { tabs, tab, all } = make();
    expect(tab('a').tabIndex).toBe(0);
    expect(tab('c').tabIndex).toBe(-1);
    tabs.update({ tabs: all, selected: null });
    expect(tab('a').tabIndex).toBe(0);
    expect(tab('a').getAttribute('aria-selected')).toBe('false');
  });

  it('are walked with arrows, past the disabled and around the end', () => {
    const { tab, onSelect } = make();
    tab('a').focus();
    const press = (key: string): void =>
      void document.activeElement!.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
    press('ArrowRight');
    expect(document.activeElement).toBe(tab('c'));
    press('ArrowRight');
    press('End');
    expect(onSelect.mock.calls.flat()).toEqual(['c', 'a', 'c']);
  });

  it('keep their elements when the set changes', () => {
    const { tabs, tab } = make();
    const c = tab('c');
    tabs.update({
      tabs: [
        { id: 'c', label: 'C' },
        { id: 'd', label: 'D' }
      ],
      selected: 'c'
    });
    expect([...tabs.node.children].map(node => node.textContent)).toEqual(['C', 'D']);
    expect(tabs.node.firstChild).toBe(c);
  });
});

describe('a button', () => {
  it('that is only an icon has a name and a tip', () => {
    const button = new Button({ label: 'Fit', icon: 'fit', iconOnly: true, onClick: jest.fn() });
    expect(button.node.getAttribute('aria-label')).toBe('Fit');
    expect(button.node.dataset.mvTip).toBe('Fit');
    expect(button.node.textContent).toBe('');
  });

  it('can be a toggle', () => {
    const button = new Button({ label: 'Select', onClick: jest.fn() });
    button.update({ pressed: true });
    expect(button.node.getAttribute('aria-pressed')).toBe('true');
  });

  it('is deaf once disposed', () => {
    const onClick = jest.fn();
    const button = new Button({ label: 'Run', onClick });
    button.node.click();
    button.dispose();
    button.node.click();
    expect(onClick).toHaveBeenCalledTimes(1);
  });
});

describe('a picker', () => {
  it('is a labelled select that says what was chosen', () => {
    const onChange = jest.fn();
    const picker = new Picker<'mean' | 'max'>({ label: 'cells', onChange });
    picker.update({
      options: [
        { value: 'mean', label: 'mean' },
        { value: 'max', label: 'max', group: 'ends' }
      ],
      value: 'mean'
    });
    document.body.append(picker.node);
    expect(picker.select.labels[0]!.textContent).toContain('cells');
    expect(picker.select.querySelector('optgroup')!.label).toBe('ends');
    picker.select.value = 'max';
    picker.select.dispatchEvent(new Event('change'));
    expect(onChange).toHaveBeenCalledWith('max');
  });
});

describe('a notice', () => {
  it('is said once, as an alert where it is an error', () => {
    const notice = new Notice();
    notice.update({ kind: 'error', message: 'The kernel is gone.' });
    const text = notice.node.lastChild;
    notice.update({ kind: 'error', message: 'The kernel is gone.' });
    expect(notice.node.lastChild).toBe(text);
    expect(notice.node.getAttribute('role')).toBe('alert');
    notice.update(null);
    expect(notice.node.hidden).toBe(true);
  });

  it('never reads its words as markup', () => {
    const notice = new Notice();
    notice.update({ kind: 'empty', message: '<script>alert(1)</script>' });
    expect(notice.node.querySelector('script')).toBeNull();
    expect(notice.node.textContent).toBe('<script>alert(1)</script>');
  });

  it('offers the newest action', () => {
    const notice = new Notice();
    const [first, second] = [jest.fn(), jest.fn()];
    notice.update({ kind: 'error', message: 'No.', action: { label: 'Again', onClick: first } });
    notice.update({ kind: 'error', message: 'No.', action: { label: 'Again', onClick: second } });
    notice.node.querySelector('button')!.click();
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledTimes(1);
  });
});

describe('progress', () => {
  it('says how far it is, and that it does not know', () => {
    const onCancel = jest.fn();
    const progress = new ProgressBar({ onCancel });
    const bar = progress.node.querySelector('[role=progressbar]')!;
    progress.update({ done: 50, total: 200, label: 'Reading' });
    expect(bar.getAttribute('aria-valuenow')).toBe('25');
    progress.update({ done: 50, total: 0, label: 'Reading' });
    expect(bar.hasAttribute('aria-valuenow')).toBe(false);
    progress.node.querySelector('button')!.click();
    expect(onCancel).toHaveBeenCalled();
    progress.update(null);
    expect(progress.node.hidden).toBe(true);
  });
});

describe('search', () => {
  it('is cleared by Escape and by its cross', () => {
    const onInput = jest.fn();
    const search = new Search({ label: 'Search', onInput });
    document.body.append(search.node);
    const type = (text: string): void => {
      search.input.value = text;
      search.input.dispatchEvent(new Event('input'));
    };
    type('query');
    search.input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(search.value).toBe('');
    type('key');
    search.node.querySelector('button')!.click();
    expect(onInput.mock.calls.flat()).toEqual(['query', '', 'key', '']);
  });

  it('says what cannot be read, whole in its tooltip, and then again what may be typed', () => {
    const search = new Search({ label: 'Search', help: 'A name.', onInput: jest.fn() });
    const note = search.node.querySelector<HTMLElement>('[aria-live=polite]')!;
    search.update({ note: 'Write a number of values.', invalid: true });
    expect(note.textContent).toBe('Write a number of values.');
    expect(note.dataset.mvTipCut).toBe('Write a number of values.');
    expect(search.input.dataset.mvTip).toBe('Write a number of values.');
    expect(search.input.getAttribute('aria-invalid')).toBe('true');
    search.update({ note: '3 found', invalid: false });
    expect(search.input.dataset.mvTip).toBe('A name.');
    expect(search.input.getAttribute('aria-label')).toBe('Search. A name.');
    expect(search.input.hasAttribute('aria-invalid')).toBe(false);
  });
});
