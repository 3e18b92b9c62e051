import svelte from 'eslint-plugin-svelte';
import ts from 'typescript-eslint';
import svelteConfig from './svelte.config.js';

const hostOnly = {
  patterns: [
    { group: ['@tauri-apps/*'], message: 'Only src/backend/tauri.ts knows the host.' },
    { group: ['**/test/**'], message: 'Test code never enters the bundle.' },
  ],
};

export default ts.config(
  { ignores: ['dist', 'node_modules', 'src/paraglide', 'src/backend/types', 'test/preview/dist'] },
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  {
    files: ['**/*.svelte', '**/*.svelte.ts'],
    languageOptions: { parserOptions: { parser: ts.parser, svelteConfig } },
  },
  {
    rules: {
      'no-undef': 'off', // TypeScript knows better.
      'no-restricted-globals': [
        'error',
        'fetch',
        'XMLHttpRequest',
        'WebSocket',
        'open',
        'alert',
        'confirm',
      ],
    },
  },
  {
    files: ['src/**'],
    rules: {
      'no-restricted-imports': ['error', hostOnly],
      'no-console': 'error',
    },
  },
  { files: ['src/backend/tauri.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['src/**/*.svelte'],
    rules: {
      'svelte/no-at-html-tags': 'error',
      'svelte/button-has-type': 'error',
      'svelte/no-target-blank': 'error',
      'svelte/require-each-key': 'error',
    },
  },
);
