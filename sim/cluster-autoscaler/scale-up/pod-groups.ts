/** Pods that any scheduler would treat alike, so that one of them can be asked about for all. @upstream core/scaleup/equivalence/groups.go */
import { deepEqual } from '../../api/equality.js';
import type { Container, Pod, PodSpec } from '../../api/kinds/core.js';
import { controllerOf } from '../../api/meta.js';
import { isDaemonSetPod } from '../pods.js';

/** Pods of one controller with one spec; there is at least one. */
export interface PodGroup {
  readonly sample: Pod;
  readonly pods: readonly Pod[];
}

/** So many kinds of pods of one controller are kept apart; each pod of a further kind stands alone. */
const groupsPerControllerMax = 10;

interface Growing {
  readonly sample: Pod;
  readonly pods: Pod[];
  readonly spec: PodSpec;
}

/** The groups in the order of their first pods. */
export function podGroupsOf(pods: readonly Pod[]): readonly PodGroup[] {
  const groups: Growing[] = [];
  const byController = new Map<string, Growing[]>();
  for (const pod of pods) {
    const fresh: Growing = { sample: pod, pods: [pod], spec: comparable(pod.spec) };
    const owner = isDaemonSetPod(pod) ? undefined : controllerOf(pod);
    if (owner === undefined) {
      groups.push(fresh);
      continue;
    }
    const known = byController.get(owner.uid) ?? [];
    const same = known.find(group => isLike(group, fresh));
    if (same !== undefined) {
      same.pods.push(pod);
      continue;
    }
    groups.push(fresh);
    if (known.length < groupsPerControllerMax) byController.set(owner.uid, [...known, fresh]);
  }
  return groups;
}

function isLike(a: Growing, b: Growing): boolean {
  return deepEqual(a.sample.metadata.labels, b.sample.metadata.labels) && deepEqual(a.spec, b.spec);
}

/** The spec without what differs from pod to pod of one template. @upstream utils/utils.go PodSpecSemanticallyEqual */
function comparable(given: PodSpec | undefined): PodSpec {
  const { hostname: _, ...spec } = given ?? { containers: [] };
  const projected = new Set(
    spec.volumes?.filter(({ projected: own }) => own !== undefined).map(({ name }) => name),
  );
  const { volumes = [], initContainers = [], containers } = spec;
  return {
    ...spec,
    volumes: volumes.filter(({ name }) => !projected.has(name)),
    containers: containers.map(each => comparableContainer(each, projected)),
    initContainers: initContainers.map(each => comparableContainer(each, projected)),
  };
}

function comparableContainer(given: Container, projected: ReadonlySet<string>): Container {
  const { env: _, volumeMounts = [], ...container } = given;
  return { ...container, volumeMounts: volumeMounts.filter(({ name }) => !projected.has(name)) };
}
