/** How screens reach the host. */
import { createContext } from 'svelte';
import type { Host } from './backend';

export const [getHost, setHost] = createContext<Host>();
