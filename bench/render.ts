import type { Figure, Section } from './figures.ts';

export interface Run {
  readonly date: string;
  readonly machine: string;
  readonly data: string;
  readonly sections: readonly Section[];
}

/** docs/performance.md. */
export function render({ date, machine, data, sections }: Run): string {
  const targets = sections.flatMap(({ figures }) => figures.filter(({ target }) => target !== undefined));
  return [
    '# Performance',
    'Made by `npm run bench`, which measures anew and writes this page; `npm run bench -- report` runs one measurement ' +
      '(import, report, kernel, sql, large, latency, postgres, api) and only prints it. Nothing here is a test: times depend on the ' +
      'machine and on what else it does. Therefore the things compared run in turn, A B A B …, in one run; a time is ' +
      'the median of several rounds, and what counts is the ratio.',
    `Measured on ${date}: ${machine}. Data: ${data}.`,
    '## Targets',
    table(['', 'measured', 'target', 'met'], targets.map(targetRow)),
    ...sections.flatMap(({ title, text, figures }) => [
      `## ${title}`,
      text,
      table(
        ['', 'measured'],
        figures.map(({ what, value }) => [what, value]),
      ),
    ]),
  ]
    .join('\n\n')
    .concat('\n');
}

/** What the terminal shows of one measurement. */
export function renderPlain({ title, figures }: Section): string {
  const lines = figures.map(({ what, value, target }) => {
    const verdict = target === undefined ? '' : `   (${target.text}: ${target.met ? 'met' : 'MISSED'})`;
    return `  ${what.replaceAll('**', '').padEnd(56)} ${value.padStart(12)}${verdict}`;
  });
  return [title, ...lines].join('\n');
}

function targetRow({ what, value, target }: Figure): string[] {
  return [what.replaceAll('**', ''), value, target?.text ?? '', target?.met ? 'yes' : '**no**'];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = header.map((_, i) => (i === 0 ? '---' : '---:'));
  return [line(header), line(rule), ...rows.map(line)].join('\n');
}
