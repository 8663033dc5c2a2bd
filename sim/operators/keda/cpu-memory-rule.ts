/**
 * Triggers of CPU and memory need requests, and another trigger to reach zero.
 * @upstream kedacore/keda v2.20.2 scaledobject_webhook.go verifyCPUMemoryScalers
 */
import { deployments, statefulSets } from '../../api/kinds/apps.js';
import { limitRanges, type PodSpec } from '../../api/kinds/core.js';
import { milliValueOf } from '../../api/quantity.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, get, list } from '../../client/requests.js';
import type { Refusal } from './other-scalers-rule.js';
import { isResourceTrigger } from './scaled-object-rules.js';
import { printedTarget, targetKindOf } from './target-kind.js';
import type { ScaledObject, Trigger } from './types.js';

/** What is wrong with them. */
export function* cpuMemoryProblem(object: ScaledObject): Reconciliation<Refusal | undefined> {
  const { triggers, minReplicaCount = 0 } = object.spec;
  const own = triggers.filter(isResourceTrigger);
  if (own.length === 0) return undefined;
  const found = yield* podSpecOf(object);
  if (found === undefined || 'message' in found) return found;
  for (const trigger of own) {
    const missing = yield* missingRequest(object, trigger, found.spec);
    if (missing !== undefined) return { message: missing };
    if (own.length === triggers.length && minReplicaCount === 0) {
      return {
        message:
          "scaledobject has only cpu/memory triggers AND minReplica is 0 (scale to zero doesn't work in this case)",
      };
    }
  }
  return undefined;
}

function* podSpecOf({
  metadata,
  spec,
}: ScaledObject): Reconciliation<{ readonly spec: PodSpec } | Refusal | undefined> {
  const kind = yield* targetKindOf(spec.scaleTargetRef);
  if ('error' in kind) return { message: kind.error };
  const of = kinds[printedTarget(kind)];
  if (of === undefined) return undefined;
  const answer = yield* call(get(of, metadata.namespace ?? '', spec.scaleTargetRef.name));
  if (!answer.isOk) return { message: answer.message, code: answer.status };
  return { spec: answer.object.spec?.template.spec ?? { containers: [] } };
}

const kinds: Readonly<Record<string, typeof deployments | typeof statefulSets>> = {
  'apps/v1.Deployment': deployments,
  'apps/v1.StatefulSet': statefulSets,
};

function* missingRequest(
  { metadata }: ScaledObject,
  { type, metadata: { containerName = '' } }: Trigger,
  { containers }: PodSpec,
): Reconciliation<string | undefined> {
  for (const { name, resources } of containers) {
    if (containerName !== '' && name !== containerName) continue;
    if (isPositive(resources?.requests?.[type]) || isPositive(resources?.limits?.[type])) continue;
    if (yield* hasDefault(metadata.namespace ?? '', type)) continue;
    return `the scaledobject has a ${type} trigger but the container ${name} doesn't have the ${type} request defined`;
  }
  return undefined;
}

function* hasDefault(namespace: string, type: string): Reconciliation<boolean> {
  const answer = yield* call(list(limitRanges, namespace));
  if (!answer.isOk) return false;
  return answer.object.items.some(({ spec }) =>
    (spec?.limits ?? []).some(
      limit =>
        limit.type === 'Container' &&
        (isPositive(limit.defaultRequest?.[type]) || isPositive(limit.default?.[type])),
    ),
  );
}

function isPositive(text: string | undefined): boolean {
  return text !== undefined && milliValueOf(text) > 0;
}
