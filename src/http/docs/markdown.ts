import { type Html, html, type Piece } from '../../lib/html.ts';

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
      return { title, body: markdown(lines.join('\n'), slug(title)) };
    });
}

/** The `id` of a section. */
export function slug(title: string): string {
  return title.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

/**
 * The subset of Markdown that descriptions use: paragraphs, `- ` lists, fences; `code`, **bold** and links.
 *
 * @param section its `id`: list entries that begin with code can be linked to, as `#section-code`
 */
export function markdown(text: string, section?: string): Html {
  const blocks: Html[] = [];
  // Split at fences first: they may contain empty lines.
  for (const [i, part] of text.split(/^```.*\n?/m).entries()) {
    if (i % 2 === 1) blocks.push(html`<pre tabindex="0"><code>${part.trimEnd()}</code></pre>`);
    else
      blocks.push(
        ...part
          .split(/\n{2,}/)
          .filter((block) => block.trim() !== '')
          .map((one) => block(one, section)),
      );
  }
  return html`${blocks}`;
}

function block(text: string, section: string | undefined): Html {
  const lines = text.trim().split('\n');
  if (!lines[0]?.startsWith('- ')) return html`<p>${inline(text.trim())}</p>`;
  const entries = text.trim().slice(2).split(/\n- /);
  return html`<ul>${entries.map((entry) => html`<li${target(entry, section)}>${inline(entry)}</li>`)}</ul>`;
}

function target(entry: string, section: string | undefined): Html | undefined {
  const code = /^`(\w+)`/.exec(entry)?.[1];
  return section === undefined || code === undefined ? undefined : html` id="${section}-${code}"`;
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
