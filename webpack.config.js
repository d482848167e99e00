/**
 * What this project adds to the configuration of @jupyterlab/builder, which already handles CSS and JSON.
 */
module.exports = {
  module: {
    rules: [{ test: /\.glsl$/, type: 'asset/source' }]
  }
};
