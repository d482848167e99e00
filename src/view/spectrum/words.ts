import { formatCount, formatStatistic } from '../../tensor/format';
import type { Spectrum } from '../../wire/protocol';
import type { NumberRow } from '../measure/numbers';
import { lawOf } from './density-chart';

/** The numbers of a spectrum, in groups. */
export function spectrumNumbers(spectrum: Spectrum): NumberRow[][] {
  const { rows, columns, frobenius, spectral, nuclear, rank, stable_rank, effective_rank, power_law } = spectrum;
  const law = lawOf(spectrum);
  const number = (value: number | null): string => formatStatistic(value, 5);
  return [
    [
      { name: 'matrix', value: `${formatCount(rows)} × ${formatCount(columns)}` },
      { name: 'rank', value: rank === null ? '—' : formatCount(rank), tip: 'Singular values above NumPy’s tolerance' },
      { name: 'stable rank', value: number(stable_rank), tip: '‖A‖F² / ‖A‖₂²' },
      {
        name: 'effective rank',
        value: number(effective_rank),
        tip: 'exp of the entropy of σ / Σσ (Roy and Vetterli, 2007)'
      }
    ],
    [
      { name: 'spectral norm', value: number(spectral), tip: 'The largest singular value' },
      { name: 'Frobenius norm', value: number(frobenius), tip: 'The root of the sum of σ²' },
      { name: 'nuclear norm', value: number(nuclear), tip: 'The sum of the singular values' }
    ],
    law
      ? [
          {
            name: 'power law α',
            value: number(law.alpha),
            tip: 'Of the eigenvalues λ = σ² from xmin on (Clauset, Shalizi and Newman, 2009)'
          },
          { name: 'xmin', value: number(law.xmin) },
          { name: 'D', value: number(law.D), tip: 'Kolmogorov–Smirnov distance of the fit' },
          { name: 'tail', value: formatCount(law.tail), tip: 'Eigenvalues from xmin on' }
        ]
      : power_law && 'why' in power_law
        ? [{ name: 'power law', value: 'none', tip: power_law.why }]
        : []
  ];
}
