/** A window, or one at a high zoom, in which what stands above a list would take its place. */
import { MediaQuery } from 'svelte/reactivity';

export const small = new MediaQuery('(max-width: 48rem) or (max-height: 40rem)');
