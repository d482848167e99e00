/** Numbers about numbers. */
export const quantile = (values, q) => {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * q;
  const below = Math.floor(at);
  return sorted[below] + (at - below) * ((sorted[below + 1] ?? sorted[below]) - sorted[below]);
};

const round = value => Number(value.toPrecision(4));

export const summary = values => ({
  median: round(quantile(values, 0.5)),
  min: round(Math.min(...values)),
  max: round(Math.max(...values)),
  p95: round(quantile(values, 0.95)),
  count: values.length
});

export const ratio = (a, b) => round(a / b);
