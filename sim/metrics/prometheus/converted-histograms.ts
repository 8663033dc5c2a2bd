/**
 * Reads a text's classic histograms as native ones: `convert_classic_histograms_to_nhcb`.
 *
 * @upstream model/textparse/nhcbparse.go
 */
import type { Exposition, ShownSample } from '../promql/exposition.js';
import { numberOf } from '../promql/go-text.js';
import { convertedClassic } from '../promql/histogram/classic.js';
import type { Histogram } from '../promql/histogram/histogram.js';
import { Labels, nameLabel } from '../promql/labels.js';

/** A histogram as it is shown. */
export interface ShownHistogram {
  readonly metric: ShownSample['metric'];
  readonly histogram: Histogram;
  readonly timestampMs?: number;
}

/** What a text shows: its histograms, and by their place the samples that belong to none. */
export interface Converted {
  readonly histograms: readonly ShownHistogram[];
  readonly isOfHistogram: (index: number) => boolean;
}

interface Gathered {
  readonly metric: Readonly<Record<string, string>>;
  readonly buckets: Map<number, number>;
  count?: number;
  sum?: number;
  readonly timestampMs?: number;
}

/** The histograms of a text. Those whose counts contradict each other are left out, as Prometheus does. */
export function convertedIn({ samples, metadata }: Exposition): Converted {
  const names = new Set(
    metadata.flatMap(([kind, name, text]) => (kind === 'type' && text === 'histogram' ? name : [])),
  );
  const found = new Map<string, Gathered>();
  const places = new Set<number>();
  samples.forEach((sample, index) => {
    const part = partOf(sample, names);
    if (part === undefined) return;
    places.add(index);
    const { key } = Labels.of(part.metric);
    const own = found.get(key) ?? begun(part.metric, sample);
    found.set(key, own);
    if (part.suffix === 'count') own.count = sample.value;
    else if (part.suffix === 'sum') own.sum = sample.value;
    else own.buckets.set(part.bound, sample.value);
  });
  const histograms = [...found.values()].flatMap(({ metric, timestampMs, ...classic }) => {
    const histogram = convertedClassic(classic);
    if (histogram === undefined) return [];
    return { metric, histogram, ...(timestampMs !== undefined && { timestampMs }) };
  });
  return { histograms, isOfHistogram: index => places.has(index) };
}

function begun(metric: Gathered['metric'], { timestampMs }: ShownSample): Gathered {
  return { metric, buckets: new Map(), ...(timestampMs !== undefined && { timestampMs }) };
}

/** Which part of a histogram a sample is; undefined: of none. */
function partOf({ metric }: ShownSample, names: ReadonlySet<string>) {
  const [, name = '', suffix] = /^(.*)_(bucket|count|sum)$/.exec(metric[nameLabel] ?? '') ?? [];
  if (suffix === undefined || !names.has(name)) return undefined;
  const { le, ...others } = metric;
  const bound = suffix === 'bucket' ? (numberOf(le ?? '') ?? NaN) : Infinity;
  if (Number.isNaN(bound)) return undefined;
  return { metric: { ...others, [nameLabel]: name }, suffix, bound };
}
