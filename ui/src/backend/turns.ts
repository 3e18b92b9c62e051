/**
 * One question at a time, so that answers never overtake each other: whoever asks while one is under way has it asked once
 * more after it.
 */
export function inTurn(ask: () => Promise<void>): () => Promise<void> {
  let asking = false;
  let again = false;
  return async () => {
    if (asking) {
      again = true;
      return;
    }
    asking = true;
    try {
      do {
        again = false;
        await ask();
      } while (again);
    } finally {
      asking = false;
    }
  };
}
