import { type Html, html, type Piece } from '../../lib/html.ts';

const TOKEN = /(?<key>"(?:[^"\\]|\\.)*")(?=:)|(?<text>"(?:[^"\\]|\\.)*")|(?<literal>-?\d[\d.e+-]*|true|false|null)/gi;

/** A value as indented JSON, with keys, strings and literals highlighted. */
export function json(value: unknown): Html {
  const written = JSON.stringify(value, null, 2);
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of written.matchAll(TOKEN)) {
    const kind = Object.entries(match.groups ?? {}).find(([, found]) => found !== undefined)?.[0];
    pieces.push(written.slice(end, match.index), html`<span class="json-${kind}">${match[0]}</span>`);
    end = match.index + match[0].length;
  }
  return html`${[...pieces, written.slice(end)]}`;
}
