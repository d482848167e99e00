import { commandOf, KEYS } from '../../../../src/view/graph/keys';
import { GraphModel } from '../../../../src/view/graph/model';
import { Provenance } from '../../../../src/view/graph/provenance';
import { agrees, boxOf, moduleOf, selectionOf } from '../../../../src/view/graph/selection';
import { encoder, graph } from './graphs';

const model = new GraphModel(
  graph(
    [
      '',
      { path: 'fc: Linear 6', own: ['weight/fc.weight', 'weight/fc.bias'] },
      { path: 'fc/linear', reads: ['weight/fc.weight', 'weight/fc.bias'] },
      { path: 'tied: Head' },
      { path: 'tied/matmul', reads: ['weight/fc.weight'] },
      { path: 'fc@1: Linear 6', shared: 'fc' },
      'fc@1/linear',
      '/add',
      'off: Dropout'
    ],
    [
      ['fc/linear', 'tied/matmul'],
      ['tied/matmul', 'fc@1/linear'],
      ['fc@1/linear', '/add']
    ]
  )
);
const box = (id: string) => model.boxes.byId.get(id)!;
const nodeOf = (address: string): string | null => (address.startsWith('weight/fc.') ? 'fc' : null);

describe('what is selected everywhere with a box', () => {
  it.each([
    ['fc', 'fc', 'weight/fc.weight'],
    ['fc/linear', 'fc', 'weight/fc.weight'],
    ['tied/matmul', 'tied', 'weight/fc.weight'],
    ['tied', 'tied', null],
    // A later call is of the module that the tree has.
    ['fc@1', 'fc', 'weight/fc@1.weight'],
    ['/add', '', null]
  ])('%s is of module %s and its tensor is %s', (id, node, address) => {
    expect(selectionOf(box(id))).toEqual({ node, address });
    expect(moduleOf(box(id))).toBe(node);
    expect(agrees(box(id), { node })).toBe(true);
  });

  it('of a run that is no module is its first', () => {
    const { root } = new GraphModel(graph(['', '0: ReLU', '1: ReLU', '2: ReLU'])).boxes;
    const run = root.children[0]!;
    expect(run).toMatchObject({ node: null, run: { count: 3 } });
    expect(selectionOf(run)).toEqual({ node: '0', address: null });
  });

  it('leads back from a module, or a tensor, to its box, where it ran', () => {
    expect(boxOf(model.boxes, { node: 'tied', address: null }, nodeOf)).toBe(box('tied'));
    expect(boxOf(model.boxes, { node: null, address: 'weight/fc.bias' }, nodeOf)).toBe(box('fc'));
    expect(boxOf(model.boxes, { node: 'off', address: null }, nodeOf)).toBeNull();
    expect(boxOf(model.boxes, { node: '', address: null }, nodeOf)).toBeNull();
    expect(boxOf(model.boxes, { node: null, address: null }, nodeOf)).toBeNull();
  });
});

it('has a command for every key that it tells of', () => {
  const names: Readonly<Record<string, string>> = {
    '↓': 'ArrowDown',
    '↑': 'ArrowUp',
    '←': 'ArrowLeft',
    '→': 'ArrowRight',
    Space: ' '
  };
  const zooms = new Set(['+', '−']);
  for (const [keys] of KEYS.filter(([keys]) => !keys.startsWith('Alt'))) {
    for (const key of keys.split(/ +/).filter(key => !zooms.has(key))) {
      expect([key, commandOf(names[key] ?? key)]).not.toEqual([key, null]);
    }
  }
  expect(commandOf('U')).toEqual({ do: 'trace', direction: 'upstream' });
  expect(commandOf('constructor')).toBeNull();
});

describe('how the graph was found', () => {
  it('is told in a quiet line, and no more where nothing stood in the way', () => {
    const provenance = new Provenance();
    provenance.show(encoder());
    expect(provenance.node.textContent).toMatch(/^Found by torch\.export in 500\u00a0ms/);
    expect(provenance.notes.hidden).toBe(true);
    expect(provenance.node.querySelector('button')!.hidden).toBe(true);
  });

  it('has the notes on request', () => {
    const provenance = new Provenance();
    provenance.show({ ...encoder(), tier: 'trace', notes: ['torch.export could not follow it.'] });
    expect(provenance.notes.hidden).toBe(true);
    provenance.node.querySelector('button')!.click();
    expect(provenance.notes.hidden).toBe(false);
    expect(provenance.notes.textContent).toBe('torch.export could not follow it.');
  });

  it('says at once why nothing flows, with the traceback as it is, and as text', () => {
    const provenance = new Provenance();
    const note = 'The model raised when it was called:\nTraceback:\n  <b>line</b>';
    provenance.show({ ...encoder(), edges: [], tier: 'modules', notes: [note] });
    expect(provenance.notes.hidden).toBe(false);
    expect(provenance.notes.querySelector('pre')!.textContent).toBe('Traceback:\n  <b>line</b>');
    expect(provenance.notes.querySelector('b')).toBeNull();
    provenance.notes.querySelector('button')!.click();
    expect(provenance.notes.hidden).toBe(true);
  });

  it('shows the error above the traceback, at whose end it stands', () => {
    const provenance = new Provenance();
    const traceback = [
      'Traceback (most recent call last):',
      '  File "model.py", line 3, in forward',
      '    return self.fc(x)',
      '           ^^^^^^^^^^',
      'ValueError: the first',
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      '  File "model.py", line 5, in forward',
      '    raise RuntimeError(words)',
      'RuntimeError: the shapes of this model are wrong:',
      '\tthree and four'
    ].join('\n');
    const note = `The model raised when it was called:\n${traceback}`;
    provenance.show({ ...encoder(), edges: [], tier: 'modules', notes: [note] });
    const [, , error] = provenance.notes.querySelectorAll('p');
    expect(error!.textContent).toBe('RuntimeError: the shapes of this model are wrong:');
    expect(error!.nextElementSibling!.textContent).toBe(traceback);
  });

  it('stays in sight beside what was measured, each with its own notes', () => {
    const provenance = new Provenance();
    const { notes, node } = provenance;
    const seen = (): string[] => [...node.children].filter(each => !(each as HTMLElement).hidden).map(wordsOf);
    const wordsOf = (each: Element): string => each.firstChild!.textContent!;
    provenance.show({ ...encoder(), notes: ['An export note.'] });
    expect(seen()).toEqual(['Found by torch.export in 500\u00a0ms']);
    provenance.profiled({ measures: [], calls: [], notes: ['The median of five.'], seconds: 1.1 }, true);
    expect(seen()).toEqual(['Found by torch.export in 500\u00a0ms', 'Profiled in 1.1\u00a0s']);
    const [why, how] = node.querySelectorAll('button');
    how!.click();
    expect(notes.textContent).toBe('The median of five.');
    why!.click();
    expect(notes.textContent).toBe('An export note.');
    expect([why, how].map(button => button!.getAttribute('aria-pressed'))).toEqual(['true', 'false']);
    why!.click();
    expect(notes.hidden).toBe(true);
  });

  it('says at once why nothing could be measured', () => {
    const provenance = new Provenance();
    provenance.show(encoder());
    provenance.profiled({ measures: [], calls: [], notes: ['It raised.'], seconds: 0.1 }, false);
    expect(provenance.node.textContent).toContain('Not profiled');
    expect([provenance.notes.hidden, provenance.notes.textContent]).toEqual([false, 'It raised.']);
  });
});
