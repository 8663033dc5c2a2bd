/** The text that is scraped. @upstream kube-state-metrics pkg/metric/metric.go, Go's strconv.AppendFloat('g', -1) */

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
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (value === 0) return '0';
  const [digits = '', exponent = '0'] = value.toExponential().split('e');
  const power = Number(exponent);
  if (power >= plainPowers.least && power < plainPowers.above) return String(value);
  const sign = power < 0 ? '-' : '+';
  return `${digits}e${sign}${String(Math.abs(power)).padStart(2, '0')}`;
}

/** Powers of ten that are written without an exponent. */
const plainPowers = { least: -4, above: 6 } as const;
