/** A webpack loader that strips types and checks nothing: the harness is for looking, tsc is for checking. */
const ts = require('typescript');

module.exports = function (source) {
  const { outputText, sourceMapText } = ts.transpileModule(source, {
    fileName: this.resourcePath,
    compilerOptions: {
      target: 'ES2022',
      module: 'ESNext',
      sourceMap: true,
      inlineSources: true
    }
  });
  this.callback(null, outputText, sourceMapText);
};
