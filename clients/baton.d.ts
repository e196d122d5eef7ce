/** What the script tag's attributes say, without `data-`. */
export interface Settings {
  /** The site's public key. */
  site: string;
  /** The launcher's colour, any CSS colour; without it the site's colour. */
  color?: string;
  /** The corner that the launcher stands in; right without it. */
  position?: 'left' | 'right';
  /** The language, such as `de`; else the page's `lang`, else the browser's. */
  locale?: string;
  /** A selector of a button of your own, or `none`. */
  launcher?: string;
  /** What the launcher is called for screen readers. */
  label?: string;
  /** `off` leaves the title of the page alone; without it the title tells how many messages are unread. */
  title?: 'off';
  /** A JWT that says who the visitor is. */
  identity?: string;
}

/** The settings, and where Baton is. */
export interface Embedded extends Settings {
  /** Baton's origin, such as `https://support.example.com`. */
  host: string;
}

/** What each event comes with. */
export interface Events {
  /** The site's colour; the chat can be written in. */
  ready: string;
  show: undefined;
  hide: undefined;
  /** How many messages are unread. */
  unread: number;
  /** Who has written. */
  message: { kind: 'agent' | 'staff'; name: string };
  /** Who had the conversation, and who has it now. */
  handoff: { from: string; to: string };
  /** What did not work, such as an identity that was refused. */
  error: { code: string; message: string };
}

/** `window.Baton`. */
export interface Baton {
  (call: 'show' | 'hide' | 'toggle' | 'preload' | 'logout' | 'destroy'): void;
  (call: 'open', what?: { text?: string }): void;
  (call: 'identify', jwt: string): void;
  (call: 'update', what: Pick<Settings, 'color' | 'position'>): void;
  <Name extends keyof Events>(call: 'on', name: Name, then: (value: Events[Name]) => void): void;
}

/** Calls `window.Baton`: at once, or as soon as it is there. */
export const baton: Baton;

/** Puts the chat on the page; gives what takes it off again. */
export function embed(settings: Embedded): () => void;

declare global {
  interface Window {
    Baton?: Baton & { q?: unknown[] };
  }
}
