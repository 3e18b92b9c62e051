// The screens with a scripted host, to be looked at in a browser: vite build -c test/preview/vite.config.ts
// and vite preview -c test/preview/vite.config.ts, then /#<scene>. Never part of the product's bundle.
import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vite';
import product from '../../vite.config';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default mergeConfig(product, {
  root: here('.'),
  configFile: false,
  build: { outDir: here('./dist'), emptyOutDir: true },
});
