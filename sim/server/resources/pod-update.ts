/** What the ways of writing a pod leave untouched. @upstream pkg/registry/core/pod/strategy.go */
import { withAddresses } from './defaults/pod-status.js';
import { deepEqual } from '../../api/equality.js';
import type { Container, Pod, PodCondition, PodStatus } from '../../api/kinds/core.js';
import { keptField, withField, without } from './defaults/fill.js';
import { keepMetadata, keepSpec, keepStatus } from './parts.js';

/** The status subresource: no spec, no owners; the class and observed generations stay. */
export function preparedStatus(pod: Pod, old: Pod): Pod {
  const kept = keepMetadata(keepSpec(pod, old), old, 'ownerReferences');
  const status = kept.status ?? {};
  const prepared = withAddresses(withGenerations(withClass(status, old), old));
  return prepared === kept.status ? kept : { ...kept, status: prepared };
}

function withClass(status: PodStatus, old: Pod): PodStatus {
  const qosClass = old.status?.qosClass;
  if (status.qosClass || qosClass === undefined) return status;
  return { ...status, qosClass };
}

function withGenerations(status: PodStatus, old: Pod): PodStatus {
  let result = status;
  const before = old.status?.observedGeneration;
  if (!result.observedGeneration && before) result = { ...result, observedGeneration: before };
  if (!result.conditions?.some(condition => lacksGeneration(condition, old))) return result;
  const generations = new Map<string, number[]>();
  for (const { type, observedGeneration } of old.status?.conditions ?? []) {
    generations.set(type, [...(generations.get(type) ?? []), observedGeneration ?? 0]);
  }
  const filled = (condition: PodCondition): PodCondition => {
    const generation = generations.get(condition.type)?.shift() ?? 0;
    if (condition.observedGeneration || generation === 0) return condition;
    return { ...condition, observedGeneration: generation };
  };
  const conditions = result.conditions?.map(filled);
  if (conditions?.some((each, index) => each !== result.conditions?.[index])) {
    result = { ...result, conditions };
  }
  return result;
}

/** Whether a condition says no generation, but one of its type did before: kubelets say it themselves. */
function lacksGeneration({ type, observedGeneration }: PodCondition, { status }: Pod): boolean {
  if (observedGeneration) return false;
  return (status?.conditions ?? []).some(
    before => before.type === type && (before.observedGeneration ?? 0) !== 0,
  );
}

/** The ephemeralcontainers subresource: only those change. */
export function preparedEphemeral(pod: Pod, old: Pod): Pod {
  const ephemeral = pod.spec?.ephemeralContainers;
  const kept = keepMetadataForStatus(keepStatus(keepSpec(pod, old), old), old);
  if (kept.spec === undefined) return kept;
  const spec =
    ephemeral === undefined
      ? without(kept.spec, 'ephemeralContainers')
      : withField(kept.spec, 'ephemeralContainers', ephemeral);
  return counted({ ...kept, spec }, old);
}

/** A changed spec counts as a new generation, here too. */
function counted(pod: Pod, old: Pod): Pod {
  if (deepEqual(pod.spec, old.spec)) return pod;
  const generation = (old.metadata.generation ?? 0) + 1;
  return { ...pod, metadata: { ...pod.metadata, generation } };
}

/** The resize subresource: only resources and resize policies change. */
export function preparedResize(pod: Pod, old: Pod): Pod {
  const [now, before] = [pod.spec, old.spec];
  if (now === undefined || before === undefined) return pod;
  const isSameCount =
    now.containers.length === before.containers.length &&
    (now.initContainers ?? []).length === (before.initContainers ?? []).length;
  // A changed list of containers is left for validation to refuse.
  if (!isSameCount) return pod;
  const containers = resized(now.containers, before.containers);
  const initContainers = resized(now.initContainers ?? [], before.initContainers ?? []);
  const kept = keepMetadataForStatus(keepStatus(pod, old), old);
  const spec = keptField({ ...before, containers }, now, 'resources');
  if (before.initContainers === undefined) return counted({ ...kept, spec }, old);
  return counted({ ...kept, spec: { ...spec, initContainers } }, old);
}

function resized(now: readonly Container[], before: readonly Container[]): readonly Container[] {
  if (now.some((container, index) => container.name !== before[index]?.name)) return now;
  return now.map((container, index) => {
    const old = before[index] ?? container;
    return keptField(keptField(old, container, 'resources'), container, 'resizePolicy');
  });
}

/** @upstream staging/src/k8s.io/apimachinery/pkg/apis/meta/v1/helpers.go ResetObjectMetaForStatus */
function keepMetadataForStatus(pod: Pod, old: Pod): Pod {
  return keepMetadata(pod, old, 'labels', 'annotations', 'finalizers', 'ownerReferences');
}
