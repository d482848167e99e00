/** The libraries that are looked at side by side: what a person would type, warmed up by the same on something small. */
export const LOOKS = [
  {
    name: 'modelview',
    label: 'modelview TensorView(w)',
    probe: 'modelview',
    runs: 5,
    together: true,
    setup: 'from modelview import TensorView',
    code: 'TensorView(w)'
  },
  {
    name: 'matplotlib',
    label: 'matplotlib imshow (PNG)',
    probe: 'matplotlib',
    runs: 5,
    together: true,
    setup: '%matplotlib inline\nimport matplotlib.pyplot as plt',
    code: 'plt.imshow(w);'
  },
  {
    name: 'bokeh',
    label: 'bokeh image',
    probe: 'bokeh',
    runs: 3,
    setup: `from bokeh.io import output_notebook, show
from bokeh.plotting import figure
from bokeh.resources import INLINE
output_notebook(INLINE, hide_banner=True)`,
    code: `p = figure(x_range=(0, 1), y_range=(0, 1))
p.image([w], x=0, y=0, dw=1, dh=1, palette='Viridis256')
show(p)`
  },
  {
    name: 'plotly',
    label: 'plotly Heatmap',
    probe: 'plotly',
    runs: 3,
    setup: 'import plotly.graph_objects as go',
    code: 'go.Figure(go.Heatmap(z=w))'
  },
  {
    name: 'treescopeTruncated',
    label: 'treescope render_array(truncate=True)',
    probe: 'treescopeTruncated',
    runs: 3,
    setup: 'import treescope',
    code: 'treescope.render_array(w, truncate=True)'
  },
  {
    name: 'treescope',
    label: 'treescope render_array',
    probe: 'treescope',
    runs: 1,
    setup: 'import treescope',
    code: 'treescope.render_array(w)'
  }
];
