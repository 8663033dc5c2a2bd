/**
 * Metrics as the text that Prometheus reads: each family once, with its help and its type.
 * @upstream prometheus/common expfmt/text_create.go, client_golang prometheus/internal/metric.go
 */
import { shortNumber } from './go-number.js';

/** The names of what is told apart, and what it is. */
export type MetricLabels = Readonly<Record<string, string>>;

/** One value. */
export interface Sample {
  readonly labels?: MetricLabels;
  readonly value: number;
  /** When it was read. Default: by whoever scrapes, at the time of the scrape. */
  readonly timeMs?: number;
}

/** One histogram: how many there were up to each bound, and in all. */
export interface HistogramSample {
  readonly labels: MetricLabels;
  /** Upper bound and how many were no greater, in order, without that of infinity. */
  readonly buckets: readonly (readonly [bound: number, count: number])[];
  readonly count: number;
  readonly sum: number;
}

/** A metric with its values. */
export type Family = {
  readonly name: string;
  readonly help: string;
} & (
  | { readonly type: 'gauge' | 'counter'; readonly samples: readonly Sample[] }
  | { readonly type: 'histogram'; readonly samples: readonly HistogramSample[] }
);

/** The content type of the text. */
export const expositionType = 'text/plain; version=0.0.4; charset=utf-8; escaping=underscores';

/** The text as Go's registries write it: families by name, values by their labels; none without values. */
export function expositionOf(families: readonly Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(textOfFamily)
    .join('');
}

function textOfFamily(family: Family): string {
  const { name, help, type } = family;
  const lines =
    family.type === 'histogram'
      ? inOrder(family.samples).map(([labels, sample]) => histogramText(name, labels, sample))
      : inOrder(family.samples).map(([labels, sample]) => sampleText(name, labels, sample));
  return `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('')}`;
}

/** By how many labels there are, then by their values in the order of their names. */
function inOrder<T extends { readonly labels?: MetricLabels }>(
  samples: readonly T[],
): readonly (readonly [MetricLabels, T])[] {
  const keyed = samples.map(sample => {
    const sorted = Object.entries(sample.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
    return { sample, labels: Object.fromEntries(sorted), values: sorted.map(([, text]) => text) };
  });
  keyed.sort((a, b) => a.values.length - b.values.length || compared(a.values, b.values));
  return keyed.map(({ labels, sample }) => [labels, sample]);
}

function compared(a: readonly string[], b: readonly string[]): number {
  const place = a.findIndex((text, index) => text !== b[index]);
  if (place < 0) return 0;
  return (a[place] ?? '') < (b[place] ?? '') ? -1 : 1;
}

function sampleText(name: string, labels: MetricLabels, { value, timeMs }: Sample): string {
  const line = `${name}${lineOf(labels, value)}`;
  return timeMs === undefined ? line : `${line.slice(0, -1)} ${Math.floor(timeMs)}\n`;
}

function histogramText(
  name: string,
  labels: MetricLabels,
  { buckets, count, sum }: HistogramSample,
): string {
  const bucket = (le: string, value: number) =>
    `${name}_bucket${lineOf(Object.assign({}, labels, { le }), value)}`;
  const below = buckets.map(([bound, value]) => bucket(shortNumber(bound), value)).join('');
  const whole = `${name}_sum${lineOf(labels, sum)}${name}_count${lineOf(labels, count)}`;
  return `${below}${bucket('+Inf', count)}${whole}`;
}

/** Labels and value of one series, as a line after the name of its metric. */
export function lineOf(labels: MetricLabels, value: number): string {
  return `${labelsText(labels)} ${shortNumber(value)}\n`;
}

/** `{a="b",c="d"}`; nothing where there are none. */
export function labelsText(labels: MetricLabels): string {
  const shown = Object.entries(labels).map(([name, text]) => `${name}="${escaped(text)}"`);
  return shown.length === 0 ? '' : `{${shown.join(',')}}`;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\n': '\\n', '"': '\\"' };
const escaped = (text: string): string =>
  text.replaceAll(/[\\\n"]/g, sign => escapes[sign] ?? sign);
const escapedHelp = (text: string): string =>
  text.replaceAll(/[\\\n]/g, sign => escapes[sign] ?? sign);
