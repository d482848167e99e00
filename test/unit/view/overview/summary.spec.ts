import { summaryOf } from '../../../../src/view/overview/summary';
import { bert, efficientNet, linear, layer, norm, parameterless, structure } from '../../../harness/structures';

describe('summaryOf', () => {
  it('adds up to the model', () => {
    const model = efficientNet();
    const summary = summaryOf(model, null);
    const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
    expect(summary.parameters).toBe(model.totals.parameters);
    expect(sum(summary.kinds.map(({ parameters }) => parameters))).toBe(summary.parameters);
    expect(sum(summary.kinds.map(({ count }) => count))).toBe(summary.modules);
    expect(sum(summary.dtypes.map(({ bytes }) => bytes))).toBe(summary.bytes);
    expect(sum(summary.devices.map(({ bytes }) => bytes))).toBe(summary.bytes);
    expect(sum(summary.parts.map(({ parameters }) => parameters))).toBe(summary.parameters);
  });

  it('counts a tied tensor once', () => {
    const summary = summaryOf(bert({ head: true }), null);
    expect(summary.kinds.reduce((sum, { parameters }) => sum + parameters, 0)).toBe(summary.parameters);
    expect(summary.tensors.filter(({ tensor }) => tensor.shape[0] === 30522 && tensor.shape[1])).toHaveLength(1);
  });

  it('is about one module and all below it where one is given', () => {
    const model = bert();
    const layer = model.nodes.find(({ path }) => path === 'encoder.layer.0')!;
    const summary = summaryOf(model, layer);
    expect(summary.parameters).toBe(layer.parameters);
    expect(summary.bytes).toBe(layer.bytes);
    expect(summary.parts.map(({ name }) => name)).toEqual(['attention', 'intermediate', 'output']);
    expect(summary.tensors.every(({ path }) => path.startsWith('encoder.layer.0.'))).toBe(true);
  });

  it('looks through a wrapper to the parts inside', () => {
    const model = structure('m', layer('Outer', { inner: layer('Inner', { a: linear(2, 2), b: norm(2) }) }));
    expect(summaryOf(model, null).parts.map(({ path }) => path)).toEqual(['inner.a', 'inner.b']);
  });

  it('has the biggest tensors first', () => {
    const { tensors } = summaryOf(bert(), null);
    expect(tensors[0]!.path).toBe('embeddings.word_embeddings.weight');
    const bytes = tensors.map(({ tensor }) => tensor.nbytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  });

  it('knows a model without tensors', () => {
    const summary = summaryOf(parameterless(), null);
    expect([summary.tensors, summary.parameters, summary.modules]).toEqual([[], 0, 3]);
  });
});
