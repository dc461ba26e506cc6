import { effect, signal } from '@preact/signals';

export type Theme = 'auto' | 'light' | 'dark';
const KEY = 'theme';

export const theme = signal<Theme>(stored());

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'auto';
}

effect(() => {
  const { value } = theme;
  document.documentElement.dataset.theme = value;
  if (value === 'auto') localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, value);
});
