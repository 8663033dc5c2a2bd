/**
 * The hash of what must not change under a cluster's pods. It changes when upstream's does, but is
 * another one: upstream's is of Go's own JSON.
 * @upstream kuberay v1.7.0 controllers/ray/utils/util.go, GenerateHashWithoutReplicasAndWorkersToDelete
 */
import { compareText } from '../../api/go-text.js';
import { isRecord } from '../../api/equality.js';
import type { PodTemplateSpec } from '../../api/kinds/core.js';
import { sha1 } from '../../engine/sha1.js';
import type { RayClusterSpec } from './types.js';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUV';

/** The hash of a spec, but for numbers of workers and for what admission adds to pods. */
export function clusterHash({ upgradeStrategy: _, ...spec }: RayClusterSpec): string {
  const { headGroupSpec: head, workerGroupSpecs: workers = [] } = spec;
  return jsonHash({
    ...spec,
    headGroupSpec: { ...head, template: quiet(head.template) },
    workerGroupSpecs: workers.map(worker => {
      const { replicas: _a, minReplicas: _b, maxReplicas: _c, scaleStrategy: _d, ...rest } = worker;
      return { ...rest, template: quiet(worker.template) };
    }),
  });
}

function quiet(template: PodTemplateSpec): PodTemplateSpec {
  if (template.spec === undefined) return template;
  const { tolerations: _a, schedulingGates: _b, ...spec } = template.spec;
  return { ...template, spec };
}

/** The hash of any value: base 32 of SHA-1. */
export function jsonHash(value: unknown): string {
  const digest = sha1(JSON.stringify(ordered(value)));
  let text = '';
  // Five digits of 4 bits are four of 5.
  for (let at = 0; at < digest.length; at += 5) {
    const bits = Number.parseInt(digest.slice(at, at + 5), 16);
    for (const shift of [15, 10, 5, 0]) text += alphabet.charAt((bits >> shift) & 31);
  }
  return text;
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => compareText(a, b))
      .map(([key, item]) => [key, ordered(item)]),
  );
}
