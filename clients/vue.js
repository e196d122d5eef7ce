// The chat in Vue: `useBaton({ host, site })` in the `setup` of a component that stands on every page.

import { onMounted, onUnmounted } from 'vue';
import { embed } from './baton.js';

/** Shows the chat for as long as the component is mounted. */
export function useBaton(settings) {
  let takeOff;
  onMounted(() => (takeOff = embed(settings)));
  onUnmounted(() => takeOff());
}
