import { fileURLToPath } from 'node:url';
import { paraglideVitePlugin } from '@inlang/paraglide-js';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';
import { assertCompiled, options } from './paraglide.js';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const messagesOrFail: Plugin = {
  name: 'messages-or-fail',
  buildStart: { order: 'post', sequential: true, handler: assertCompiled },
};

export default defineConfig({
  plugins: [paraglideVitePlugin(options), messagesOrFail, svelte()],
  resolve: {
    alias: {
      '@errors': here('../src-tauri/model'),
      '@messages': here('./src/paraglide/messages.js'),
    },
    // Svelte's browser half, in tests too.
    ...(process.env['VITEST'] ? { conditions: ['browser'] } : {}),
  },
  build: {
    // What WebKitGTK 2.40, WebView2 and macOS 12 understand.
    target: ['safari16', 'chrome111'],
    // One script, one style sheet: nothing to preload, and the preload helper would want `fetch`.
    modulePreload: false,
    assetsInlineLimit: 0,
  },
  test: {
    environment: 'happy-dom',
    include: ['test/**/*.test.ts'],
    // A hang ends here; how long a test takes is the machine's matter.
    testTimeout: 60_000,
  },
});
