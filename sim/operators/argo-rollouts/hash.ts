/** The hashes of templates and of steps. @upstream argo-rollouts utils/hash/hash.go, utils/conditions/conditions.go ComputeStepHash */
import { decodeObject } from '../../api/decode.js';
import { ordered, sortedJson } from '../../api/encode.js';
import { isRecord } from '../../api/equality.js';
import { structOf } from '../../api/facts.js';
import { goJson } from '../../api/go-text.js';
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { safeEncoded } from '../../api/pod-template-hash.js';
import { fnv32aBytes } from '../../engine/hash.js';
import { canaryOf } from './defaults.js';
import type { Rollout } from './types.js';

const texts = new WeakMap<object, Uint8Array>();

/** The hash of a template as it was written: nobody fills in what it leaves out. */
export function templateHash(template: PodTemplateSpec, collisionCount?: number): string {
  let text = texts.get(template);
  if (text === undefined) {
    const shape = structOf('core/v1.PodTemplateSpec');
    const decoded = decodeObject(template, shape);
    text = new TextEncoder().encode(
      goJson(ordered(decoded.isOk ? decoded.object : template, shape)),
    );
    texts.set(template, text);
  }
  if (collisionCount === undefined) return safeEncoded(fnv32aBytes(text));
  const bytes = new Uint8Array(text.length + 8);
  bytes.set(text);
  new DataView(bytes.buffer).setUint32(text.length, collisionCount, true);
  return safeEncoded(fnv32aBytes(bytes));
}

/** The hash of a Rollout's template. */
export function hashOf({ spec, status }: Rollout): string {
  return templateHash(spec.template ?? noTemplate, status?.collisionCount);
}

const noTemplate: PodTemplateSpec = {};

/** The fields in Go's order; what is not told comes after them, sorted. */
const fields = [
  ...['setWeight', 'pause', 'experiment', 'analysis', 'setCanaryScale', 'setHeaderRoute'],
  ...['setMirrorRoute', 'plugin'],
  ...['templates', 'templateName', 'clusterScope', 'duration'],
  ...['name', 'match', 'percentage', 'value', 'valueFrom', 'podTemplateHashValue', 'fieldRef'],
  ...['fieldPath', 'args', 'analyses', 'dryRun', 'measurementRetention', 'analysisRunMetadata'],
  ...['metricName', 'limit', 'weight', 'replicas', 'matchTrafficWeight'],
  ...['headerName', 'headerValue', 'method', 'path', 'headers', 'exact', 'prefix', 'regex'],
];
/** Maps of Go, whose keys are sorted. */
const maps = new Set(['labels', 'annotations', 'headers', 'config']);

/** The hash of the steps; '' without a canary. */
export function stepHashOf(rollout: Rollout): string {
  const canary = canaryOf(rollout);
  if (rollout.spec.strategy?.blueGreen !== undefined || canary === undefined) return '';
  const json = canary.steps === undefined ? 'null' : stepJson(canary.steps);
  return safeEncoded(fnv32aBytes(new TextEncoder().encode(json)));
}

function stepJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stepJson).join(',')}]`;
  if (!isRecord(value)) return goJson(value);
  const known = fields.filter(name => value[name] !== undefined);
  const others = Object.keys(value).filter(name => !fields.includes(name));
  const parts = [...known, ...others.sort()].map(name => {
    const item = value[name];
    return `${goJson(name)}:${maps.has(name) ? sortedJson(item) : stepJson(item)}`;
  });
  return `{${parts.join(',')}}`;
}
