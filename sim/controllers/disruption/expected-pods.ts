/**
 * How many pods a budget counts on, and how many of them have to be healthy.
 * @upstream pkg/controller/disruption/disruption.go getExpectedPodCount
 */
import { deployments, replicaSets, statefulSets } from '../../api/kinds/apps.js';
import { replicationControllers, type Pod } from '../../api/kinds/core.js';
import type { OwnerReference } from '../../api/kinds/meta.js';
import type { PodDisruptionBudget } from '../../api/kinds/policy.js';
import { goQuote } from '../../api/go-text.js';
import { scaledOr0 } from '../../api/int-or-string.js';
import { controllerOf } from '../../api/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { printedResource } from '../../api/status.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, pathOf } from '../../client/requests.js';
import type { RestMapper } from '../control/rest-mapper.js';

/** The numbers of a budget, or why they could not be had. */
export type ExpectedPods =
  | {
      readonly expected: number;
      readonly desiredHealthy: number;
      /** Pods that no controller answers for, where that matters. */
      readonly unmanaged: readonly string[];
      /** The replicas that each owner of pods stands for, by the owner's uid, where they count. */
      readonly scales: ReadonlyMap<string, number>;
    }
  | { readonly error: string };

/** A controller and the number of pods that it should have. */
interface ControllerScale {
  readonly uid: string;
  readonly replicas: number;
}

/** Counts for a budget; percentages and maxUnavailable go by the scales of the pods' controllers. */
export function* expectedPods(
  { spec }: PodDisruptionBudget,
  pods: readonly Pod[],
  view: View,
  mapper: RestMapper,
): Reconciliation<ExpectedPods> {
  const { minAvailable, maxUnavailable } = spec ?? {};
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    const desiredHealthy = minAvailable;
    return { expected: pods.length, desiredHealthy, unmanaged: [], scales: new Map() };
  }
  if (maxUnavailable === undefined && minAvailable === undefined) {
    return { expected: 0, desiredHealthy: 0, unmanaged: [], scales: new Map() };
  }
  const scale = yield* expectedScale(pods, view, mapper);
  if ('error' in scale) return scale;
  const { expected, unmanaged, scales } = scale;
  const desiredHealthy =
    maxUnavailable === undefined
      ? scaledOr0(minAvailable, expected, 'up')
      : Math.max(0, expected - scaledOr0(maxUnavailable, expected, 'up'));
  return { expected, desiredHealthy, unmanaged, scales };
}

function* expectedScale(
  pods: readonly Pod[],
  view: View,
  mapper: RestMapper,
): Reconciliation<
  | {
      readonly expected: number;
      readonly unmanaged: readonly string[];
      readonly scales: ReadonlyMap<string, number>;
    }
  | { readonly error: string }
> {
  const scales = new Map<string, number>();
  /** By what counts: replica sets of one deployment count once. */
  const counted = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const owner = controllerOf(pod);
    if (owner === undefined) unmanaged.push(pod.metadata.name ?? '');
    if (owner === undefined || scales.has(owner.uid)) continue;
    const { namespace = '' } = pod.metadata;
    const found = knownScale(owner, namespace, view) ?? (yield* scaleOf(owner, namespace, mapper));
    if (found === undefined) {
      return { error: `found no controllers for pod ${goQuote(pod.metadata.name ?? '')}` };
    }
    if ('error' in found) return found;
    scales.set(owner.uid, found.replicas);
    counted.set(found.uid, found.replicas);
  }
  let expected = 0;
  for (const replicas of counted.values()) expected += replicas;
  return { expected, unmanaged, scales };
}

/** The scale of a controller whose kind the cache has; a replica set's is that of its deployment. */
export function knownScale(
  owner: OwnerReference,
  namespace: string,
  view: View,
): ControllerScale | undefined {
  const controller = cached(owner, replicationControllers, namespace, view);
  if (controller) return scaled(controller);
  const set = cached(owner, statefulSets, namespace, view);
  if (set) return scaled(set);
  const replicaSet = cached(owner, replicaSets, namespace, view);
  if (replicaSet === undefined) return undefined;
  const above = controllerOf(replicaSet);
  if (above?.kind !== 'Deployment') return scaled(replicaSet);
  const deployment = cached(above, deployments, namespace, view);
  return deployment && scaled(deployment);
}

function cached<T extends HasMetadata>(
  { apiVersion, kind, name, uid }: OwnerReference,
  of: Kind<T>,
  namespace: string,
  view: View,
): T | undefined {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
  const isKind = kind === of.kind && group === of.group;
  const object = isKind ? view.get(of, namespace, name) : undefined;
  return object?.metadata.uid === uid ? object : undefined;
}

function scaled(object: HasMetadata & { readonly spec?: { readonly replicas?: number } }) {
  return { uid: object.metadata.uid ?? '', replicas: object.spec?.replicas ?? 1 };
}

/** The scale of any other controller, by its scale subresource. */
function* scaleOf(
  { apiVersion, kind, name, uid }: OwnerReference,
  namespace: string,
  mapper: RestMapper,
): Reconciliation<ControllerScale | { readonly error: string } | undefined> {
  const slash = apiVersion.indexOf('/');
  const group = slash < 0 ? '' : apiVersion.slice(0, slash);
  const resource = yield* mapper.mappingOf(group, apiVersion.slice(slash + 1), kind);
  if ('error' in resource) return resource;
  const path = pathOf(resource, namespace, name, 'scale');
  const answer = yield* call<HasMetadata & { spec?: { replicas?: number } }>({
    method: 'GET',
    path,
  });
  if (answer.isOk) {
    const { metadata, spec } = answer.object;
    if (metadata.uid !== uid) return undefined;
    return { uid, replicas: spec?.replicas ?? 0 };
  }
  if (answer.status !== 404) return { error: answer.message };
  if (resource.subresources.includes('scale')) return undefined;
  return { error: `${printedResource(resource)} does not implement the scale subresource` };
}
