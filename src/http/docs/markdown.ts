import { type Html, html, type Piece } from './html.ts';

/** A part of a text with its heading; the first may have none. */
export interface Section {
  readonly title: string | undefined;
  readonly body: Html;
}

/** The sections of a text by its `## ` headings. */
export function sections(text: string): Section[] {
  return text
    .split(/^## /m)
    .map((part, i) => ({ first: i === 0, part: part.trim() }))
    .filter(({ part }) => part !== '')
    .map(({ first, part }) => {
      if (first) return { title: undefined, body: markdown(part) };
      const [title = '', ...lines] = part.split('\n');
      return { title, body: markdown(lines.join('\n')) };
    });
}

/** The subset of Markdown that descriptions use: paragraphs, `- ` lists, fences; `code`, **bold** and links. */
export function markdown(text: string): Html {
  const blocks: Html[] = [];
  // Split at fences first: they may contain empty lines.
  for (const [i, part] of text.split(/^```.*\n?/m).entries()) {
    if (i % 2 === 1) blocks.push(html`<pre tabindex="0"><code>${part.trimEnd()}</code></pre>`);
    else
      blocks.push(
        ...part
          .split(/\n{2,}/)
          .filter((block) => block.trim() !== '')
          .map(block),
      );
  }
  return html`${blocks}`;
}

function block(text: string): Html {
  const lines = text.trim().split('\n');
  if (!lines[0]?.startsWith('- ')) return html`<p>${inline(text.trim())}</p>`;
  const entries = text.trim().slice(2).split(/\n- /);
  return html`<ul>${entries.map((entry) => html`<li>${inline(entry)}</li>`)}</ul>`;
}

const INLINE =
  /`(?<code>[^`]+)`|\*\*(?<bold>[^*]+)\*\*|\[(?<label>[^\]]+)\]\((?<target>(?:https?:\/\/|#|\/)[^)\s]*)\)/g;

/** Inline Markdown: code, bold and links to web pages or paths of this server. */
export function inline(text: string): Html {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(INLINE)) {
    const { code, bold, label = '', target } = match.groups ?? {};
    pieces.push(text.slice(end, match.index));
    if (code !== undefined) pieces.push(html`<code>${code}</code>`);
    else if (bold !== undefined) pieces.push(html`<strong>${bold}</strong>`);
    else pieces.push(html`<a href="${target}">${label}</a>`);
    end = match.index + match[0].length;
  }
  return html`${[...pieces, text.slice(end)]}`;
}
