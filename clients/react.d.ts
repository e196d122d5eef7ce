import type { Embedded } from './baton.js';

/** Shows the chat for as long as the component is mounted. */
export function useBaton(settings: Embedded): void;
