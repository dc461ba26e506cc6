import { render } from 'preact';
import { App } from './app.tsx';
import { keepFocus } from './state/keep-focus.ts';
import './state/theme.ts';

const root = document.querySelector<HTMLElement>('#app');
if (root !== null) {
  render(<App />, root);
  keepFocus(root);
}
