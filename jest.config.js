/** Unit tests: test/unit, in jsdom. `tsc -p .` (npm run lint) checks their types. */
const typescript = [
  'ts-jest',
  {
    tsconfig: {
      target: 'ES2022',
      module: 'commonjs',
      moduleResolution: 'node10',
      allowJs: true,
      esModuleInterop: true,
      isolatedModules: true,
      resolveJsonModule: true
    }
  }
];

module.exports = {
  testEnvironment: '<rootDir>/test/support/jsdom-environment.js',
  roots: ['<rootDir>/test/unit'],
  testMatch: ['**/*.spec.ts'],
  transform: {
    '\\.(ts|m?js)$': typescript,
    '\\.glsl$': '<rootDir>/test/support/raw-transform.js'
  },
  // JupyterLab's packages are ES modules, and so are some of theirs.
  transformIgnorePatterns: [
    '/node_modules/(?!(@jupyter|@jupyterlab|@jupyter-widgets|@rjsf|lib0|y-[^/]*|yjs|vscode-ws-jsonrpc)/)'
  ],
  moduleNameMapper: {
    '\\.css$': '<rootDir>/test/support/empty-style.js',
    // The `exports` of d3 lead to ES modules; its UMD bundles hold the same code.
    '^d3$': '<rootDir>/node_modules/d3/dist/d3.min.js',
    '^(d3-[^/]+)$': '<rootDir>/node_modules/$1/dist/$1.min.js'
  }
};
