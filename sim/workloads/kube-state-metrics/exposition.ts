/** The text that is scraped. @upstream kube-state-metrics pkg/metric/metric.go, Go's strconv.AppendFloat('g', -1) */
import { exponentNumber, plainNumber } from '../../metrics/promql/go-text.js';

/** Labels and value of one series, as a line after the name of its metric. */
export function lineOf(labels: Readonly<Record<string, string>>, value: number): string {
  const shown = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  return `${shown.length === 0 ? '' : `{${shown.join(',')}}`} ${numberText(value)}\n`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };
const escaped = (text: string): string =>
  text.replaceAll(/[\\\n"]/g, sign => escapes[sign] ?? sign);

/** The shortest form: from a million on with an exponent of at least two digits. */
export function numberText(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return plainNumber(value + 0);
  const text = exponentNumber(value);
  const power = Number(text.slice(text.indexOf('e') + 1));
  return power >= plainPowers.least && power < plainPowers.above ? String(value) : text;
}

/** Powers of ten that are written without an exponent. */
const plainPowers = { least: -4, above: 6 } as const;
