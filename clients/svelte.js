// The chat in Svelte: `useBaton({ host, site })` in the script of a layout.

import { onMount } from 'svelte';
import { embed } from './baton.js';

/** Shows the chat for as long as the component is mounted. */
export function useBaton(settings) {
  onMount(() => embed(settings));
}
