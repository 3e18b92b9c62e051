// How messages/*.json become functions. The plugin that reads them comes from node_modules: Paraglide's default is
// to fetch it from a CDN, and where it cannot be loaded Paraglide only warns and emits nothing. So the result is
// checked, and whoever compiles fails when a message is missing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { compile } from '@inlang/paraglide-js';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

/** @type {import('@inlang/paraglide-js').CompilerOptions} */
export const options = {
  project: here('./project.inlang'),
  outdir: here('./src/paraglide'),
  strategy: ['globalVariable', 'baseLocale'],
  outputStructure: 'message-modules',
  emitReadme: false,
};

/** Throws unless every message of the base language has become a function. */
export function assertCompiled() {
  const source = JSON.parse(readFileSync(here('./messages/en.json'), 'utf8'));
  const compiled = readFileSync(here('./src/paraglide/messages/_index.js'), 'utf8');
  const missing = Object.keys(source).filter(
    (key) => key !== '$schema' && !compiled.includes(`./${key}.js`),
  );
  if (missing.length > 0) {
    throw new Error(
      `Paraglide emitted no function for ${missing.length} messages, such as ${missing[0]}: ` +
        'could @inlang/plugin-message-format be loaded?',
    );
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await compile(options);
  assertCompiled();
}
