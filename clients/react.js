// The chat in React: `useBaton({ host, site })` in a component that stands on every page.

import { useEffect } from 'react';
import { embed } from './baton.js';

/** Shows the chat for as long as the component is mounted; other settings show it anew. */
export function useBaton(settings) {
  const said = JSON.stringify(settings);
  useEffect(() => embed(JSON.parse(said)), [said]);
}
