import { Subjects } from '../../../src/shell/subject';
import { bert, hostile } from '../../harness/structures';

describe('Subjects', () => {
  const subjects = new Subjects(bert({ head: true }), 'model');

  it('is the whole model where nothing is named', () => {
    expect(subjects.of({ node: null, address: null })).toEqual({
      node: null,
      tensor: null,
      siblings: [],
      problem: null
    });
  });

  it('is the biggest tensor of a module with several', () => {
    const { tensor, siblings } = subjects.of({ node: 'bert.pooler.dense', address: null });
    expect(tensor?.address).toBe('weight/bert.pooler.dense.weight');
    expect(siblings.map(({ shape }) => shape)).toEqual([[384, 384], [384]]);
  });

  it('is no tensor for a module that has none of its own', () => {
    const { node, tensor } = subjects.of({ node: 'bert.encoder', address: null });
    expect([node?.kind, tensor]).toEqual(['BertEncoder', null]);
  });

  it('knows a tied tensor by either name, under the module by which it was reached', () => {
    const address = 'weight/cls.decoder.weight';
    const { node, tensor } = subjects.of({ node: 'cls.decoder', address });
    expect(tensor?.address).toBe('weight/bert.embeddings.word_embeddings.weight');
    expect(node?.path).toBe('cls.decoder');
    expect(subjects.of({ node: null, address }).node?.path).toBe('bert.embeddings.word_embeddings');
  });

  it('has a sentence for what the model does not have', () => {
    expect(subjects.of({ node: null, address: 'weight/nope' }).problem).toBe(
      "This model has no tensor with the address 'weight/nope'."
    );
    expect(subjects.of({ node: '__proto__', address: null }).problem).toBe("This model has no module '__proto__'.");
  });

  it('takes a saved selection only where it fits the tensor', () => {
    const tensor = hostile().tensors.find(({ shape }) => shape.length === 2)!;
    const [first, second] = tensor.dims as [string, string];
    const fits = { dims: { [first]: 1, [second]: 'column' }, component: 'value' } as const;
    const tooFar = { dims: { [first]: 999, [second]: 'column' }, component: 'value' } as const;
    const of = (slices: Parameters<typeof Subjects.selection>[1]['slices']) => Subjects.selection(tensor, { slices });
    expect(of({ [tensor.address]: fits })).toEqual(fits);
    expect(of({ [tensor.address]: tooFar }).dims).toEqual({ [first]: 'row', [second]: 'column' });
    expect(of({}).dims).toEqual({ [first]: 'row', [second]: 'column' });
  });
});
