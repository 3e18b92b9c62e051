import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../src');

function styles(): [string, string][] {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => /\.(css|svelte)$/.test(file))
    .map((file) => [file, readFileSync(join(SRC, file), 'utf8')]);
}

describe('the styles', () => {
  it('know two weights: each one in each size is a font that is looked for before anything is painted', () => {
    const allowed = /font-weight: (var\(--strong\)|400|inherit);/;
    const found = styles().flatMap(([file, text]) =>
      [...text.matchAll(/font-weight:[^;]*;/g)]
        .filter(([weight]) => !allowed.test(weight))
        .map(([weight]) => `${file}: ${weight}`),
    );
    expect(found).toEqual([]);
  });
});
