import { element, setHidden } from '../../dom/element';
import { formatStatistic } from '../../tensor/format';
import type { Spectrum, TensorDescriptor } from '../../wire/protocol';
import { chartKey } from '../measure/key';
import { numberLines } from '../measure/numbers';
import { titleOf } from '../measure/save-chart';
import type { SavedChart } from '../measure/save-chart';
import type { Readout } from '../view';
import { DensityChart } from './density-chart';
import { SingularChart } from './singular-chart';
import { spectrumNumbers } from './words';

/** On which scales it is drawn. */
export interface SpectrumChoices {
  readonly ranks: 'linear' | 'log';
  readonly values: 'linear' | 'log';
  readonly counts: 'linear' | 'log';
}

/** The two charts of a spectrum side by side: singular values by rank, eigenvalues by magnitude. */
export class SpectrumCharts {
  readonly node: HTMLElement;
  readonly key = element('div');

  constructor(
    private readonly tensor: TensorDescriptor,
    readout: (readout: Readout | null) => void
  ) {
    this.singular = new SingularChart(readout);
    this.density = new DensityChart(readout);
    this.right = element('div', { class: 'mv-spectrum-chart' }, this.density.plot.node);
    const left = element('div', { class: 'mv-spectrum-chart' }, this.singular.plot.node);
    this.node = element('div', { class: 'mv-spectrum-charts' }, left, this.right);
  }

  /** A spectrum with values, or null: nothing is to be seen. */
  draw(spectrum: Spectrum | null, { ranks, values, counts }: SpectrumChoices): void {
    this.spectrum = spectrum;
    this.key.replaceChildren();
    if (!spectrum) {
      return;
    }
    const { address } = this.tensor;
    // Zeros have no magnitude of which there is a logarithm.
    setHidden(this.right, !spectrum.density);
    this.singular.update({ spectrum, ranks, values });
    this.density.update(spectrum, counts);
    this.singular.plot.name(
      `Singular values of ${address} by rank. Arrow keys walk them, Home and End lead to the ends.`
    );
    this.density.plot.name(`Eigenvalues of ${address} by magnitude. Arrow keys walk the bins.`);
    this.drawKey(spectrum);
  }

  /** What can be saved of what is seen. */
  get saved(): readonly { readonly label: string; readonly chart: SavedChart }[] {
    const { spectrum, tensor } = this;
    if (!spectrum) {
      return [];
    }
    const told = { title: titleOf(tensor), notes: numberLines(spectrumNumbers(spectrum)) };
    const chart = (svg: SVGSVGElement, what: string): SavedChart => ({
      ...told,
      svg,
      name: `${tensor.address} ${what}`
    });
    return [
      { label: 'Singular values', chart: chart(this.singular.plot.svg, 'singular values') },
      ...(spectrum.density ? [{ label: 'Eigenvalues', chart: chart(this.density.plot.svg, 'eigenvalues') }] : [])
    ];
  }

  resized(): void {
    this.singular.plot.resized();
    this.density.plot.resized();
  }

  dispose(): void {
    this.singular.dispose();
    this.density.dispose();
  }

  private drawKey({ density, flattened, note, power_law: law }: Spectrum): void {
    const fit = law && 'alpha' in law ? law : null;
    this.key.append(
      chartKey([
        { mark: 'dots', text: 'singular values' },
        ...(density ? ([{ mark: 'bars', text: 'eigenvalues in a bin' }] as const) : []),
        ...(fit ? ([{ mark: 'fit', text: `power law, α = ${formatStatistic(fit.alpha)}` }] as const) : [])
      ])
    );
    const notes = [flattened, note, law && 'why' in law ? `No power law was fitted: ${law.why}.` : null];
    this.key.append(...notes.filter(Boolean).map(text => element('p', { class: 'mv-measure-note' }, text!)));
  }

  private spectrum: Spectrum | null = null;
  private readonly singular: SingularChart;
  private readonly density: DensityChart;
  private readonly right: HTMLElement;
}
