import { Tooltip } from '../../../src/chart/tooltip';

describe('a tooltip', () => {
  const root = document.createElement('div');
  const button = document.createElement('button');
  button.dataset.mvTip = 'Swap rows and columns';
  root.append(button);
  document.body.append(root);
  const tip = (): HTMLElement => root.querySelector('[role=tooltip]')!;
  let tooltip: Tooltip;
  beforeEach(() => {
    jest.useFakeTimers();
    tooltip = new Tooltip(root);
  });
  afterEach(() => {
    tooltip.dispose();
    jest.useRealTimers();
  });
  const over = (): void => void button.dispatchEvent(new MouseEvent('pointerover', { bubbles: true }));

  it('comes after a pause, describes its target, and goes with Escape', () => {
    over();
    expect(tip().hidden).toBe(true);
    jest.runAllTimers();
    expect(tip().textContent).toBe('Swap rows and columns');
    expect(button.getAttribute('aria-describedby')).toBe(tip().id);
    button.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    expect(tip().hidden).toBe(true);
    expect(button.hasAttribute('aria-describedby')).toBe(false);
  });

  it('leaves nothing behind', () => {
    over();
    tooltip.dispose();
    jest.runAllTimers();
    expect(root.querySelector('[role=tooltip]')).toBeNull();
    expect(button.hasAttribute('aria-describedby')).toBe(false);
  });
});
