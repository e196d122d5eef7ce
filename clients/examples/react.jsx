import { baton } from '../baton.js';
import { useBaton } from '../react.js';

export default function App() {
  useBaton({ host: 'https://support.example.com', site: 'KEY' });
  return <button onClick={() => baton('open', { text: 'Where is my order?' })}>Where is my order?</button>;
}
