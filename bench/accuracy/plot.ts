/** Values of one kind, one for each row of a plot. */
export interface Series {
  readonly name: string;
  readonly color: string;
  readonly values: readonly number[];
}

const ROW = 62;
const LEFT = 130;
const WIDTH = 760;
const TOP = 52;

/**
 * A plot of grouped horizontal bars, as SVG.
 *
 * @param rows names of the rows
 * @param unit appended to each value
 */
export function barPlot(title: string, rows: readonly string[], series: readonly Series[], unit: string): string {
  const most = Math.max(...series.flatMap(({ values }) => values));
  const scale = (WIDTH - LEFT - 70) / most;
  const bar = (ROW - 14) / series.length;
  const legend = series.map(
    ({ name, color }, i) =>
      `<rect x="${LEFT + i * 140}" y="30" width="10" height="10" fill="${color}"/>${text(LEFT + i * 140 + 15, 39, name)}`,
  );
  const bars = rows.flatMap((row, r) => [
    text(LEFT - 8, TOP + r * ROW + ROW / 2, row, 'end'),
    ...series.map(({ color, values }, s) => {
      const value = values[r] ?? 0;
      const y = TOP + r * ROW + s * bar;
      const rect = `<rect x="${LEFT}" y="${y.toFixed(1)}" width="${(value * scale).toFixed(1)}" height="${(bar - 1.5).toFixed(1)}" fill="${color}"/>`;
      return rect + text(LEFT + value * scale + 5, y + bar - 3, value.toFixed(2) + unit, 'start', 9);
    }),
  ]);
  return svg(title, TOP + rows.length * ROW, [...legend, ...bars]);
}

/**
 * A plot of shares between 0 and 1 as points in rows, one series below the other, with a target band.
 *
 * @param bands for each row the two ends of its band, if it has one
 */
export function sharePlot(
  title: string,
  rows: readonly string[],
  series: readonly Series[],
  bands: readonly (readonly [number, number] | undefined)[],
): string {
  const [least, most] = [0.75, 1];
  const row = 30;
  const x = (share: number) => LEFT + ((Math.max(least, share) - least) / (most - least)) * (WIDTH - LEFT - 40);
  const height = TOP + rows.length * row;
  const legend = series.map(
    ({ name, color }, i) =>
      `<circle cx="${LEFT + 5 + i * 140}" cy="35" r="5" fill="${color}"/>${text(LEFT + i * 140 + 15, 39, name)}`,
  );
  const ticks = [0.75, 0.8, 0.85, 0.9, 0.95, 1].flatMap((share) => [
    `<line x1="${x(share)}" y1="${TOP}" x2="${x(share)}" y2="${height}" stroke="#999" stroke-opacity="0.35"/>`,
    text(x(share), height + 14, `${Math.round(100 * share)} %`, 'middle', 10),
  ]);
  const points = rows.flatMap((name, r) => {
    const y = TOP + r * row + row / 2;
    const band = bands[r];
    return [
      text(LEFT - 8, y + 4, name, 'end'),
      ...(band === undefined
        ? []
        : [
            `<rect x="${x(band[0])}" y="${y - 13}" width="${x(band[1]) - x(band[0])}" height="26" fill="#4a9" fill-opacity="0.22"/>`,
          ]),
      ...series.map(({ color, values }, s) => {
        const cy = y + (s - (series.length - 1) / 2) * 8;
        return `<circle cx="${x(values[r] ?? 0).toFixed(1)}" cy="${cy}" r="4" fill="${color}"/>`;
      }),
    ];
  });
  return svg(title, height + 22, [...legend, ...ticks, ...points]);
}

function svg(title: string, height: number, parts: readonly string[]): string {
  const head = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="sans-serif" font-size="12">`;
  const heading = text(8, 18, title, 'start', 14);
  return `${head}\n<title>${title}</title>\n<rect width="100%" height="100%" fill="#fff"/>\n${heading}\n${parts.join('\n')}\n</svg>\n`;
}

function text(x: number, y: number, content: string, anchor = 'start', size = 12): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" font-size="${size}" fill="#222">${content}</text>`;
}
