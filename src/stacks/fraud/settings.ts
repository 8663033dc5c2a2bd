/** Reads `spec.stack` of the kind `fraud`: what cannot be is refused before anything runs. */
import { isRecord } from '../../../sim/api/equality.js';
import { invariant } from '../../../sim/engine/invariant.js';
import type { FieldPath } from '../../input/located.js';
import type { TrafficSettings } from '../../traffic/flow/contract.js';
import { readTraffic } from '../../traffic/spec/plan.js';
import { refuse, SpecReader, type Problem } from '../../traffic/spec/reader.js';
import type { StackOptions } from '../stack.js';
import type { FraudPlan } from './plan.js';
import { planOf } from './plan-of.js';

const fields = ['kind', 'gateway', 'sampleEvery', 'timeout', 'retries', 'history', 'traffic'];

const dayMs = 86_400_000;
const defaultSampleEvery = 500;

/**
 * The plan of a run.
 *
 * @throws InputError with file, line, field and the next step.
 */
export function fraudPlan(options: StackOptions): FraudPlan {
  const { document, path, folder } = options;
  const problems: Problem[] = [];
  const spec = new SpecReader(valueAt(document.value, path), path, problems);
  spec.isMapOf(fields);
  const sampleEvery = spec.whole('sampleEvery', { fallback: defaultSampleEvery, min: 1 });
  const flow = readFlow(spec);
  const historyMs = spec.duration('history', { fallback: 2 * dayMs, min: 0 });
  const startMs = clusterStart(document.value);
  const place = { path: [...path, 'traffic'], folder, startMs };
  const read = readTraffic(spec.at('traffic').value, place);
  const { plan } = read;
  refuse(document, [...problems, ...read.problems]);
  invariant(plan !== undefined, 'what is wrong has been refused');
  return planOf({ traffic: plan, sampleEvery, flow, historyMs });
}

function readFlow(spec: SpecReader): FraudPlan['flow'] {
  const gateway = spec.at('gateway');
  if (gateway.value === undefined) {
    spec.missing(
      'gateway',
      'say where requests go: {host: fraud-gateway.serving.svc.cluster.local}',
    );
  } else gateway.isMapOf(['host', 'port']);
  const host = gateway.text('host');
  if (gateway.value !== undefined && host === undefined)
    gateway.missing('host', 'name its Service: fraud-gateway.serving.svc.cluster.local');
  const timeoutMs = spec.duration('timeout', { fallback: undefined, above: 0 });
  const retries = readRetries(spec.at('retries'));
  return {
    gateway: {
      host: host ?? '',
      port: gateway.whole('port', { fallback: 80, min: 1, max: 65_535 }),
    },
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(retries !== undefined && { retries }),
  };
}

function readRetries(spec: SpecReader): TrafficSettings['retries'] {
  if (spec.value === undefined || !spec.isMapOf(['budget', 'attempts'])) return undefined;
  return {
    budget: spec.number('budget', { fallback: 0.2, min: 0, max: 1 }),
    attemptsMax: spec.whole('attempts', { fallback: 1, min: 0, max: 10 }),
  };
}

/** Where the cluster's time begins: traffic that does not say when it starts begins there. */
function clusterStart(document: unknown): number {
  const start = valueAt(document, ['spec', 'cluster', 'start']);
  const startMs = typeof start === 'string' ? Date.parse(start) : NaN;
  return Number.isNaN(startMs) ? defaultStartMs : startMs;
}

/** Where a simulation begins unless it is told. */
const defaultStartMs = Date.UTC(2026, 0, 1);

function valueAt(value: unknown, path: FieldPath): unknown {
  return path.reduce<unknown>(
    (inner, key) => (isRecord(inner) ? inner[String(key)] : undefined),
    value,
  );
}
