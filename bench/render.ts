import type { Figure, Section } from './figures.ts';

export interface Run {
  readonly date: string;
  readonly machine: string;
  readonly data: string;
  readonly sections: readonly Section[];
}

/** docs/performance.md. */
export function render({ date, machine, data, sections }: Run): string {
  return [
    '# Performance',
    'Made by `npm run bench`, which measures anew and writes this page; `npm run bench -- report` runs one measurement ' +
      '(import, sync, report, kernel, sql, large, latency, poller, postgres, api, live) and only prints it, unless `--write` stands beside it. Nothing here is a test: times depend on the ' +
      'machine and on what else it does. Therefore the things compared run in turn, A B A B …, in one run; a time is ' +
      'the median of several rounds, and what counts is the ratio.',
    `Measured on ${date}: ${machine}. Data: ${data}.`,
    '## Targets',
    table(['', 'measured', 'target', 'met'], sections.flatMap(targetsOf)),
    ...sections.map(sectionText),
  ]
    .join('\n\n')
    .concat('\n');
}

/** docs/performance.md with these sections measured anew, and the others as they were. */
export function renderInto(document: string, { date, sections }: Pick<Run, 'date' | 'sections'>): string {
  return sections
    .reduce((text, section) => {
      const rows = targetsOf(section).map((row) => `| ${row.join(' | ')} |`);
      const known = new Set(rows.map(nameOf));
      const [before = '', targets = '', ...rest] = text.split(/\n\n(?=## )/);
      const others = targets.split('\n').filter((row) => !known.has(nameOf(row)));
      const written = `${sectionText(section)}\n\nThis section was measured on ${date}.`;
      const place = rest.findIndex((other) => other.startsWith(`## ${section.title}\n`));
      rest.splice(place < 0 ? rest.length : place, place < 0 ? 0 : 1, written);
      return [before, [...others, ...rows].join('\n'), ...rest].join('\n\n');
    }, document.trimEnd())
    .concat('\n');
}

/** What a row of a table is about. */
function nameOf(row: string): string {
  return row.split(' | ', 1)[0] ?? row;
}

/** What the terminal shows of one measurement. */
export function renderPlain({ title, figures }: Section): string {
  const lines = figures.map(({ what, value, target }) => {
    const verdict = target === undefined ? '' : `   (${target.text}: ${target.met ? 'met' : 'MISSED'})`;
    return `  ${what.replaceAll('**', '').padEnd(56)} ${value.padStart(12)}${verdict}`;
  });
  return [title, ...lines].join('\n');
}

function sectionText({ title, text, figures }: Section): string {
  const rows = figures.map(({ what, value }) => [what, value]);
  return [`## ${title}`, text, table(['', 'measured'], rows)].join('\n\n');
}

function targetsOf({ figures }: Section): string[][] {
  return figures.filter(({ target }) => target !== undefined).map(targetRow);
}

function targetRow({ what, value, target }: Figure): string[] {
  return [what.replaceAll('**', ''), value, target?.text ?? '', target?.met ? 'yes' : '**no**'];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
