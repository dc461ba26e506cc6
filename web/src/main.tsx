import { render } from 'preact';
import { App } from './app.tsx';
import './state/theme.ts';

const root = document.querySelector('#app');
if (root !== null) render(<App />, root);
