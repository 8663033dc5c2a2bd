/** Reads the traffic of a scenario: all that is wrong with it is known before anything runs. */
import { resolve } from 'node:path';
import type { FieldPath } from '../../input/located.js';
import { UserError } from '../../input/errors.js';
import type { DriftLedger } from '../drift/ledger.js';
import type { FeatureSettings } from '../features/windowed.js';
import type { GeneratorSettings } from '../generator/generator.js';
import type { LabelDelaySpec } from '../generator/label-delay.js';
import type { Span } from '../rates/fit.js';
import type { ColumnNames } from '../recorded/columns.js';
import {
  checkRecording,
  type RecordingFile,
  type RecordingSummary,
} from '../recorded/recording.js';
import { readGenerator, readLabelDelay } from './generator.js';
import { readLedger } from './ledger.js';
import { readRate, type RatePlan } from './rate.js';
import { SpecReader, type Problem } from './reader.js';

/** The traffic of a scenario, in full. */
export interface TrafficPlan extends Span {
  /** Undefined when a recording says when requests arrive. */
  readonly rate: RatePlan | undefined;
  readonly generator: GeneratorSettings;
  readonly recording: (RecordingFile & RecordingSummary) | undefined;
  readonly labelDelay: LabelDelaySpec;
  readonly features: FeatureSettings;
  readonly drift: DriftLedger;
}

/** Where the traffic stands in its document. */
export interface TrafficPlace {
  /** From the root of the document: `['spec', 'stack', 'traffic']`. */
  readonly path: FieldPath;
  /** The folder from which files are found. */
  readonly folder: string;
  /** When the traffic begins where it does not say so itself, in milliseconds since the epoch. */
  readonly startMs: number;
  /** How long it flows where it does not say so itself, in milliseconds. */
  readonly durationMs?: number;
}

const fields = [
  'start',
  'duration',
  'rate',
  'transactions',
  'recording',
  'labelDelay',
  'features',
  'drift',
];

/** Reads a traffic: the plan when nothing is wrong, else all that is. `refuse` makes an error of it. */
export function readTraffic(
  value: unknown,
  place: TrafficPlace,
):
  | { readonly plan: TrafficPlan; readonly problems: readonly [] }
  | { readonly plan: undefined; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const spec = new SpecReader(value, place.path, problems);
  const plan = spec.isMapOf(fields) ? planOf(spec, place) : undefined;
  if (plan !== undefined && problems.length === 0) return { plan, problems: [] };
  return { plan: undefined, problems };
}

function planOf(spec: SpecReader, place: TrafficPlace): TrafficPlan | undefined {
  const recording = readRecording(spec, place);
  const span = readSpan(spec, place, recording);
  if (span === undefined) return undefined;
  const isRecorded = spec.has('recording');
  for (const name of isRecorded ? ['rate', 'transactions'] : []) {
    if (!spec.has(name)) continue;
    spec.at(name).problem('has no meaning beside a recording', 'leave out one of them');
  }
  if (!isRecorded && !spec.has('rate')) {
    spec.missing('rate', 'state a rate, such as {mean: 100}, or a recording');
  }
  return {
    ...span,
    rate: isRecorded || !spec.has('rate') ? undefined : readRate(spec.at('rate'), span),
    generator: readGenerator(spec.at('transactions'), span),
    recording,
    labelDelay: readLabelDelay(spec.at('labelDelay')),
    features: readFeatureSettings(spec.at('features')),
    drift: readLedger(spec, 'drift', { ...span, isRecorded }),
  };
}

function readSpan(
  spec: SpecReader,
  place: TrafficPlace,
  recording: RecordingSummary | undefined,
): Span | undefined {
  const startMs = spec.instant('start', 0) ?? place.startMs;
  const recordedMs =
    recording === undefined ? undefined : Math.max(1, recording.untilMs - recording.fromMs + 1);
  const durationMs = spec.duration('duration', {
    fallback: place.durationMs ?? recordedMs,
    above: 0,
  });
  if (durationMs !== undefined) return { fromMs: startMs, untilMs: startMs + durationMs };
  // Of a recording that cannot be read it is not known how long it is; that is told already.
  const isKnown = spec.has('duration') || spec.has('recording');
  if (!isKnown) spec.missing('duration', 'say how long it flows: 26h');
  return undefined;
}

function readRecording(spec: SpecReader, { folder }: TrafficPlace): TrafficPlan['recording'] {
  const field = spec.at('recording');
  if (field.value === undefined) return undefined;
  if (typeof field.value !== 'string' && !field.isMapOf(['file', 'columns'])) return undefined;
  const name = typeof field.value === 'string' ? field.value : field.text('file');
  if (name === undefined) {
    if (!field.has('file')) field.missing('file');
    return undefined;
  }
  const columns = typeof field.value === 'string' ? undefined : readColumns(field.at('columns'));
  const file = { file: resolve(folder, name), ...(columns !== undefined && { columns }) };
  try {
    return { ...file, ...checkRecording(file) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    // The error names the place in the recording; the field is the place that names the recording.
    field.problem(error.message, error.details.next);
    return undefined;
  }
}

function readColumns(spec: SpecReader): ColumnNames | undefined {
  const roles = ['time', 'customer', 'terminal', 'amount', 'label'] as const;
  if (spec.value === undefined || !spec.isMapOf(roles)) return undefined;
  return Object.fromEntries(
    roles.flatMap(role => {
      const name = spec.text(role);
      return name === undefined ? [] : [[role, name]];
    }),
  );
}

function readFeatureSettings(spec: SpecReader): FeatureSettings {
  if (spec.value === undefined || !spec.isMapOf(['windows', 'labelDelay'])) return {};
  const labelDelayMs = spec.duration('labelDelay', { fallback: undefined, min: 0 });
  return {
    ...(spec.has('windows') && { windowsMs: readWindows(spec) }),
    ...(labelDelayMs !== undefined && { labelDelayMs }),
  };
}

function readWindows(spec: SpecReader): readonly [number, number, number] {
  const windows = spec.at('windows');
  if (spec.list('windows').length !== 3) {
    windows.problem(
      'must have three durations: the short, the medium and the long window',
      'write three in ascending order: [24h, 7d, 30d]',
    );
  }
  const window = (index: number): number => windows.duration(index, { fallback: NaN, above: 0 });
  const [short, medium, long] = [window(0), window(1), window(2)];
  if (short > medium || medium > long) windows.problem('must be ascending', '[24h, 7d, 30d]');
  return [short, medium, long];
}
