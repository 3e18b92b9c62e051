import { describe, expect, it } from 'vitest';
import { ahead } from '../src/dashboard/ahead';

describe('what is asked for ahead of a hand on the wheel', () => {
  it('is what was asked for, as long as that is enough', () => {
    const asked = { offset: 0, limit: 40 };
    expect(ahead(asked, { offset: 0, limit: 25 })).toBe(asked);
    expect(ahead(asked, { offset: 7, limit: 25 })).toBe(asked);
  });

  it('covers what is drawn, wherever the list is scrolled to', () => {
    let asked = { offset: 0, limit: 40 };
    let questions = 0;
    for (const offset of [...Array(500).keys(), ...Array(500).keys()].map((row, at) =>
      at < 500 ? row : 499 - row,
    )) {
      const next = ahead(asked, { offset, limit: 25 });
      if (next !== asked) questions += 1;
      asked = next;
      expect(asked.offset).toBeLessThanOrEqual(offset);
      expect(asked.offset + asked.limit).toBeGreaterThanOrEqual(offset + 25);
      expect(asked.limit).toBeLessThanOrEqual(75);
    }
    // Not one for each row.
    expect(questions).toBeLessThan(70);
  });
});
