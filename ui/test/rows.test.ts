import { expect, it } from 'vitest';
import { EVERYTHING, Host } from '../src/backend/backend';
import type { Reply } from '../src/backend/types/Reply';
import type { Request } from '../src/backend/types/Request';
import { Rows } from '../src/dashboard/rows.svelte';

it('asks on from where the list has moved to, though that was wished for before it moved', async () => {
  const asked: Extract<Request, { ask: 'checks' }>[] = [];
  const answers: ((reply: Reply) => void)[] = [];
  const host = new Host({
    ask: (request) => {
      if (request.ask === 'checks') asked.push(request);
      return new Promise((resolve) => answers.push(resolve));
    },
    subscribe: () => () => undefined,
  });
  const answer = async (offset: number) => {
    const none = { total: 100_000, counts: {}, needsAction: 0, head: null, rows: [] };
    answers.shift()?.({ reply: 'check-window', value: { ...none, offset } });
    // What follows from it is done when this turn has ended.
    await new Promise((resolve) => setTimeout(resolve));
  };
  const moves: number[] = [];
  const rows = new Rows(host, 'connection');
  rows.hands = { held: () => null, shift: (by) => void moves.push(by) };
  rows.want(EVERYTHING, null, 500, 40);
  // Something has changed: the same rows are wished for before the answer is there, which is of 30 places up.
  rows.want(EVERYTHING, null, 500, 40);
  await answer(470);
  expect(moves).toEqual([-30]);
  expect(asked.map((one) => one.offset)).toEqual([500, 470]);
  await answer(470);
  expect(moves).toEqual([-30]);
});
