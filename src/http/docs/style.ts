/** The style sheet of the API guide: light or dark by the reader's preference, one column on a phone. */
export const STYLE = `:root {
  color-scheme: light dark;
  --page: #fffdfa;
  --raised: #f7f3ec;
  --line: #e5ddd0;
  --ink: #221d17;
  --soft: #675d50;
  --accent: #a8380f;
  --code: #2b2620;
  --code-ink: #f3ece1;
  --code-name: #f0b78a;
  --code-text: #b5d6a0;
  --code-literal: #9cc7f0;
  --get: #17693f;
  --post: #1d57a5;
  --put: #82560a;
  --delete: #ab2222;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "Segoe UI Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #171411;
    --raised: #211d18;
    --line: #3a332a;
    --ink: #efe8dc;
    --soft: #b3a797;
    --accent: #f2936a;
    --code: #0f0d0b;
    --get: #6fcb97;
    --post: #86b8f5;
    --put: #e2b65c;
    --delete: #f28b82;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 4.5rem; -webkit-text-size-adjust: 100%; }
body {
  margin: 0;
  display: grid;
  grid-template: auto 1fr / 17rem minmax(0, 1fr);
  background: var(--page);
  color: var(--ink);
  font: 1rem/1.6 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
a { color: var(--accent); text-underline-offset: 0.2em; text-decoration-thickness: 1px; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
code, pre { font-family: var(--mono); font-size: 0.875em; }
:not(pre) > code { overflow-wrap: anywhere; }
p code, li code, dd code { background: var(--raised); padding: 0.1em 0.35em; border-radius: 4px; }

.skip { position: fixed; inset: 0.5rem auto auto 0.5rem; z-index: 3; padding: 0.5rem 1rem; background: var(--page); transform: translateY(-200%); }
.skip:focus { transform: none; }

.top {
  grid-column: 1 / -1;
  position: sticky;
  top: 0;
  z-index: 2;
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 1rem;
  height: 3.5rem;
  padding: 0 1.5rem;
  background: var(--page);
  border-bottom: 1px solid var(--line);
}
.brand { margin: 0; font-weight: 700; white-space: nowrap; }
.brand a { color: inherit; text-decoration: none; }
.version { margin-left: 0.5rem; font-weight: 400; font-size: 0.875rem; color: var(--soft); }
.raw { font-family: var(--mono); font-size: 0.8125rem; }

nav {
  position: sticky;
  top: 3.5rem;
  max-height: calc(100vh - 3.5rem);
  overflow-y: auto;
  padding: 1rem 0.75rem 3rem 1.5rem;
  border-right: 1px solid var(--line);
  font-size: 0.875rem;
  line-height: 1.4;
}
nav h2 { margin: 1.5rem 0 0.375rem; font-size: 0.8125rem; letter-spacing: 0.01em; }
nav h2:first-child { margin-top: 0.5rem; }
nav h2 a { color: inherit; text-decoration: none; }
nav ul { margin: 0; padding: 0; list-style: none; }
nav li a { display: flex; gap: 0.5rem; padding: 0.3rem 0.5rem; margin-left: -0.5rem; border-radius: 6px; color: var(--soft); text-decoration: none; }
nav a:hover { background: var(--raised); color: var(--ink); }
nav .method { flex: 0 0 2.9rem; padding: 0; border: 0; font-size: 0.625rem; line-height: 1.9; }

main { padding: 2.5rem clamp(1rem, 4vw, 4rem) 6rem; max-width: 92rem; }
main > p, .conventions p { max-width: 44rem; }
h1 { margin: 0; font-size: clamp(1.9rem, 5vw, 2.75rem); line-height: 1.1; letter-spacing: -0.025em; text-wrap: balance; }
.summary { color: var(--soft); font-size: 1.125rem; }
main h2, h3, h4 { text-wrap: balance; }
main h2 a, h3 a { color: inherit; text-decoration: none; }
main h2 a:hover::after, h3 a:hover::after { content: " #"; color: var(--soft); }
.conventions h2 { margin: 2.5rem 0 0.5rem; font-size: 1.25rem; line-height: 1.3; }
.conventions p { margin: 0.5rem 0; }
.conventions ul { margin: 0.5rem 0 1.25rem; padding-left: 1.25rem; }
.conventions .fields, .conventions pre { max-width: 44rem; }

.chapter { margin-top: 4.5rem; padding-top: 2.5rem; border-top: 1px solid var(--line); }
.chapter > h2 { margin: 0; font-size: 1.875rem; letter-spacing: -0.02em; line-height: 1.2; }
.chapter > .summary { margin: 0.5rem 0 1.5rem; max-width: 44rem; }
.overview { margin: 0 0 2rem; padding: 0.5rem; list-style: none; background: var(--raised); border-radius: 10px; }
.overview a { display: grid; grid-template-columns: 4.5rem minmax(0, 1fr) minmax(0, 1fr); gap: 0.75rem; align-items: baseline; padding: 0.35rem 0.5rem; border-radius: 6px; color: inherit; text-decoration: none; }
.overview a:hover { background: var(--page); }
.overview code { background: none; padding: 0; }
.overview span:last-child { color: var(--soft); font-size: 0.9375rem; }

.method {
  display: inline-block;
  padding: 0.1rem 0.5rem;
  border: 1px solid currentColor;
  border-radius: 5px;
  font: 700 0.75rem/1.5 var(--mono);
  text-align: center;
}
nav .method, .overview .method { text-align: left; }
.overview .method { border: 0; padding: 0; }
.get { color: var(--get); }
.post { color: var(--post); }
.put, .patch { color: var(--put); }
.delete { color: var(--delete); }

.operation { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 27rem); gap: 1rem 2.5rem; padding: 2.5rem 0; border-top: 1px solid var(--line); }
.overview + .operation { border-top: 0; padding-top: 1rem; }
.description > p { max-width: 44rem; }
h3 { margin: 0 0 0.5rem; font-size: 1.375rem; line-height: 1.3; letter-spacing: -0.01em; }
h4 { margin: 1.75rem 0 0.5rem; font-size: 0.9375rem; }
.route { margin: 0; }
.route code { background: none; font-size: 0.9375rem; padding: 0 0.25rem; }
.need { margin: 0.5rem 0 1rem; color: var(--soft); font-size: 0.9375rem; }
.media { margin: 1rem 0 0.25rem; font-size: 0.875rem; color: var(--soft); }
.status { margin: 0.5rem 0 0.25rem; }
.answer + .answer { margin-top: 1.25rem; }
.else, .plain { color: var(--soft); font-size: 0.9375rem; }
.plain { margin: 0.25rem 0; }

.fields { margin: 0; border-top: 1px solid var(--line); }
.field, .choice { display: grid; grid-template-columns: minmax(0, 17rem) minmax(0, 1fr); gap: 0.25rem 1.25rem; padding: 0.5rem 0; border-bottom: 1px solid var(--line); font-size: 0.9375rem; line-height: 1.5; }
.field dt > code { font-weight: 600; }
.within { font-weight: 400; color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
.type { display: block; color: var(--soft); font-size: 0.8125rem; }
.plain .type { display: inline; }
.plain .type::after { content: ":"; }
.limits { display: block; color: var(--soft); font-size: 0.8125rem; }
.optional::before, .required::before { content: "· "; font-weight: 400; color: var(--soft); }
.required { color: var(--accent); font-weight: 600; }
.choice { background: var(--raised); padding-inline: 0.5rem; font-weight: 600; }
.choice dd { font-weight: 400; color: var(--soft); }
.d1 dt { padding-left: 1rem; }
.d2 dt { padding-left: 2rem; }
.d3 dt { padding-left: 3rem; }
.d4 dt, .d5 dt, .d6 dt, .d7 dt { padding-left: 4rem; }

.shown { position: sticky; top: 4.5rem; align-self: start; min-width: 0; }
.shown h4 { margin: 0 0 0.375rem; font-size: 0.8125rem; color: var(--soft); font-weight: 600; }
.shown pre + h4 { margin-top: 1.25rem; }
pre { margin: 0; padding: 0.875rem 1rem; overflow: auto; max-height: 32rem; background: var(--code); color: var(--code-ink); border-radius: 10px; line-height: 1.55; font-size: 0.8125rem; tab-size: 2; }
.shown pre { white-space: pre-wrap; overflow-wrap: anywhere; }
@media (prefers-color-scheme: dark) { pre { border: 1px solid var(--line); } }
pre code { font-size: inherit; }
.json-key { color: var(--code-name); }
.json-text { color: var(--code-text); }
.json-literal { color: var(--code-literal); }

@media (max-width: 78rem) {
  .operation { grid-template-columns: minmax(0, 1fr); }
  .shown { position: static; }
}
@media (max-width: 52rem) {
  html { scroll-padding-top: 1rem; }
  body { display: block; }
  .top { position: static; padding: 0 1rem; gap: 0.5rem; }
  .version { display: none; }
  nav { position: static; max-height: none; padding: 0.75rem 1rem; border-right: 0; border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 0.375rem; }
  nav ul, nav h2:first-child { display: none; }
  nav h2 { margin: 0; font-weight: 500; }
  nav h2 a { display: block; padding: 0.4rem 0.75rem; background: var(--raised); border-radius: 99px; }
  main { padding-top: 1.75rem; }
  .chapter { margin-top: 3rem; padding-top: 2rem; }
  .overview a { grid-template-columns: 3.5rem minmax(0, 1fr); gap: 0 0.5rem; padding: 0.5rem; }
  .overview span:last-child { grid-column: 2; }
  .field, .choice { grid-template-columns: minmax(0, 1fr); }
  .field dt .type { display: inline; }
  .d1 { padding-left: 0.75rem; }
  .d2 { padding-left: 1.5rem; }
  .d3, .d4, .d5, .d6, .d7 { padding-left: 2.25rem; }
  .d1 dt, .d2 dt, .d3 dt, .d4 dt, .d5 dt, .d6 dt, .d7 dt { padding-left: 0; }
}
@media print {
  .top, nav, .skip { display: none; }
  body { display: block; }
}
`;
