import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import importX from 'eslint-plugin-import-x';
import globals from 'globals';
import { defineConfig, globalIgnores } from 'eslint/config';
import tseslint from 'typescript-eslint';

/** What each folder of src/ may import beside itself: imports point down this list and never up. */
const MAY_IMPORT = {
  dom: [],
  wire: [],
  tensor: ['wire'],
  gl: ['tensor', 'wire'],
  layout: ['tensor', 'wire'],
  ui: ['dom', 'tensor', 'wire'],
  chart: ['dom', 'tensor', 'wire'],
  view: ['chart', 'ui', 'gl', 'layout', 'dom', 'tensor', 'wire'],
  shell: ['view', 'chart', 'ui', 'gl', 'layout', 'dom', 'tensor', 'wire']
  // host and plugin.ts may import everything.
};
const EVERYWHERE = ['./version.ts', './assets.d.ts'];

const directions = Object.entries(MAY_IMPORT).map(([folder, below]) => ({
  target: `./src/${folder}`,
  from: './src',
  except: [folder, ...below].map(name => `./${name}`).concat(EVERYWHERE),
  message: `src/${folder} may import ${below.length ? below.join(', ') : 'no other folder'}: imports point down (docs/architecture.md).`
}));

export default defineConfig(
  globalIgnores(['.cache/', '.venv/', 'lib/', 'playwright-report/', 'python-bridge/', 'test-results/']),
  js.configs.recommended,
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  {
    files: ['**/*.{js,cjs}'],
    languageOptions: { sourceType: 'commonjs', globals: globals.node }
  },
  {
    files: ['**/*.mjs'],
    // A script may hand functions to the page that it drives.
    languageOptions: { globals: { ...globals.node, ...globals.browser } }
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }
    },
    rules: {
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `activate` and many callbacks return nothing on purpose.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      // Lumino's `connect(slot, thisArg)` takes a method and what to call it on.
      '@typescript-eslint/unbound-method': 'off',
      // Under noUncheckedIndexedAccess `values[i]!` is how a checked index is written.
      '@typescript-eslint/no-non-null-assertion': 'off',
      eqeqeq: 'error'
    }
  },
  {
    files: ['src/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-cycle': 'error',
      'import-x/no-restricted-paths': ['error', { zones: directions, basePath: import.meta.dirname }],
      'no-console': ['error', { allow: ['warn', 'error'] }]
    }
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/plugin.ts', 'src/host/**'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@jupyterlab/*', '@jupyter-widgets/*', '@jupyter/*'],
              message: 'Only src/plugin.ts and src/host know where they run.'
            }
          ]
        }
      ]
    }
  },
  prettier
);
