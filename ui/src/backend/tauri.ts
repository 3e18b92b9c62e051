/** The desktop shell as the host. The only file that imports Tauri. */
import { Channel, invoke } from '@tauri-apps/api/core';
import type { Backend } from './backend';
import type { Event } from './types/Event';
import type { Reply } from './types/Reply';

export const tauri: Backend = {
  ask: (request) => invoke<Reply>('ask', { request }),

  subscribe(onEvent, onFailure) {
    let listening = true;
    const channel = new Channel<Event>();
    channel.onmessage = (event) => {
      if (listening) onEvent(event);
    };
    invoke('subscribe', { channel }).catch((thrown: unknown) => {
      if (listening) onFailure(thrown);
    });
    return () => {
      listening = false;
    };
  },
};
