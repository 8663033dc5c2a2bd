/**
 * Gangs: groups of pods that are of use only together. A training job's replicas are one
 * (MXJob, PyTorchJob, TFJob, MPIJob, ... of Kubeflow), and so is what a PodGroup's label names, Volcano's
 * annotation, or a pod's own schedulingGroup, which Kubernetes 1.36 has behind its gate.
 */
import type { Pod } from '../../../sim/api/kinds/core.js';
import { keyOf } from '../../../sim/api/meta.js';
import type { KubeObject } from '../../../sim/api/object.js';
import type { Change, Evidence } from '../law.js';
import { nameOf, written } from '../story.js';
import type { World } from '../world.js';
import { isOnNode } from './placement.js';

/** A gang and how far it has come. */
export interface Gang {
  readonly name: string;
  /** How its members name it. */
  readonly by: NamedBy;
  /** So many members make it whole. */
  readonly size: number;
  /** Whether somebody is asked to start it whole: a PodGroup, a scheduling policy, a queue. */
  readonly isPromised: boolean;
  /** Members that were ever on a node, by name, since the gang last held nothing. */
  readonly started: Set<string>;
  /** Members that are on nodes, by uid. */
  readonly bound: Map<string, Pod>;
  readonly evidence: Evidence[];
  isWhole: boolean;
  /** Since when it has held capacity without being whole. */
  partialSinceMs: number | undefined;
}

const jobKinds = ['mxjobs', 'pytorchjobs', 'tfjobs', 'mpijobs', 'xgboostjobs', 'paddlejobs'];
const jobResources = [...jobKinds, 'jaxjobs'].map(plural => `${plural}.kubeflow.org`);
const jobLabel = 'training.kubeflow.org/job-name';
const groupLabel = 'scheduling.x-k8s.io/pod-group';
const groupResource = 'podgroups.scheduling.x-k8s.io';
const ownResource = 'podgroups.scheduling.k8s.io';
/** Volcano reads this one alone, also where the Training Operator made the group for a job. */
const volcanoAnnotation = 'scheduling.k8s.io/group-name';
const volcanoResource = 'podgroups.scheduling.volcano.sh';

/** How a pod names its gang: by its own field, by an annotation, or by a label. */
type NamedBy = 'schedulingGroup' | typeof volcanoAnnotation | typeof groupLabel | typeof jobLabel;

/** The gang that the pod names. */
export function groupNamed({
  metadata: { labels = {}, annotations = {} },
  spec,
}: Pod): { readonly by: NamedBy; readonly name: string } | undefined {
  const own = spec?.schedulingGroup?.podGroupName;
  if (own !== undefined) return { by: 'schedulingGroup', name: own };
  const ofVolcano = annotations[volcanoAnnotation] ?? '';
  if (ofVolcano !== '') return { by: volcanoAnnotation, name: ofVolcano };
  const by = labels[groupLabel] === undefined ? jobLabel : groupLabel;
  const name = labels[by];
  return name === undefined ? undefined : { by, name };
}

/** All gangs of a history, kept up pod by pod. */
export class Gangs {
  private readonly byKey = new Map<string, Gang>();

  /** The gangs that are known. */
  get all(): Iterable<Gang> {
    return this.byKey.values();
  }

  /** Takes a change of a pod in; returns its gang when it belongs to one whose size is known. */
  take(change: Change<Pod>, world: World): Gang | undefined {
    const { metadata, spec } = change.object;
    const named = groupNamed(change.object);
    if (named === undefined) return undefined;
    const { by, name } = named;
    if (change.type === 'MODIFIED' && !hasMoved(change)) return undefined;
    const ownerKey = `${metadata.namespace ?? ''}/${name}`;
    const key = `${by} ${ownerKey}`;
    const owner = ownerOf(by, ownerKey, world);
    if (owner === undefined || isOver(owner)) return this.forget(key);
    const gang = this.gangOf(owner, { by, key });
    if (gang === undefined) return undefined;
    const uid = metadata.uid ?? keyOf(change.object);
    const isHolding = change.type !== 'DELETED' && isOnNode(change.object);
    if (!isHolding) gang.bound.delete(uid);
    else if (!gang.bound.has(uid)) {
      gang.bound.set(uid, change.object);
      gang.started.add(metadata.name ?? '');
      gang.evidence.push(written(change, `it is on ${spec?.nodeName ?? ''}`));
    }
    settle(gang, world.now());
    return gang;
  }

  private forget(key: string): undefined {
    this.byKey.delete(key);
    return undefined;
  }

  private gangOf(
    owner: KubeObject,
    { by, key }: { readonly by: NamedBy; readonly key: string },
  ): Gang | undefined {
    const known = this.byKey.get(key);
    const size = sizeOf(owner);
    if (size === undefined || size < 2) return undefined;
    if (known?.size === size && known.isPromised === isPromised(owner)) return known;
    const gang: Gang = {
      name: nameOf(owner),
      by,
      size,
      isPromised: isPromised(owner),
      started: known?.started ?? new Set(),
      bound: known?.bound ?? new Map<string, Pod>(),
      evidence: known?.evidence ?? [],
      isWhole: false,
      partialSinceMs: known?.partialSinceMs,
    };
    this.byKey.set(key, gang);
    return gang;
  }
}

/** Once it was whole, members may come and go; one that gave everything back begins anew. */
function settle(gang: Gang, nowMs: number): void {
  if (gang.isWhole) return;
  if (gang.started.size >= gang.size) {
    gang.isWhole = true;
    gang.partialSinceMs = undefined;
  } else if (gang.bound.size === 0) {
    gang.started.clear();
    gang.evidence.length = 0;
    gang.partialSinceMs = undefined;
  } else gang.partialSinceMs ??= nowMs;
}

function hasMoved({ object, before }: Change<Pod>): boolean {
  return before === undefined || isOnNode(object) !== isOnNode(before);
}

function ownerOf(by: NamedBy, key: string, world: World): KubeObject | undefined {
  if (by === 'schedulingGroup') return world.find(ownResource, key)?.object;
  if (by === volcanoAnnotation) return world.find(volcanoResource, key)?.object;
  if (by === groupLabel) return world.find(groupResource, key)?.object;
  for (const resource of jobResources) {
    const found = world.find(resource, key);
    if (found !== undefined) return found.object;
  }
  return undefined;
}

interface JobSpec {
  readonly schedulingPolicy?: { readonly gang?: { readonly minCount?: number } };
  readonly minMember?: number;
  readonly runPolicy?: {
    readonly suspend?: boolean;
    readonly schedulingPolicy?: { readonly minAvailable?: number };
  };
  readonly elasticPolicy?: { readonly minReplicas?: number };
}

/** How many pods it takes; undefined when nobody says. */
function sizeOf(owner: KubeObject): number | undefined {
  const spec = (owner['spec'] ?? {}) as JobSpec & Readonly<Record<string, unknown>>;
  const size = spec.minMember ?? spec.schedulingPolicy?.gang?.minCount;
  if (size !== undefined) return size;
  const { runPolicy, elasticPolicy } = spec;
  const told = runPolicy?.schedulingPolicy?.minAvailable ?? elasticPolicy?.minReplicas;
  if (told !== undefined) return told;
  const name = Object.keys(spec).find(key => key.endsWith('ReplicaSpecs'));
  if (name === undefined) return undefined;
  const specs = Object.values(spec[name] as Readonly<Record<string, { replicas?: number }>>);
  return specs.reduce((sum, { replicas = 1 }) => sum + replicas, 0);
}

/** A plain job is bound pod by pod: only the words of a gang scheduler or of Kueue promise more. */
function isPromised({ kind, metadata, ...owner }: KubeObject): boolean {
  const { runPolicy } = (owner['spec'] ?? {}) as JobSpec;
  return (
    kind === 'PodGroup' ||
    runPolicy?.schedulingPolicy !== undefined ||
    metadata.labels?.['kueue.x-k8s.io/queue-name'] !== undefined
  );
}

function isOver(owner: KubeObject): boolean {
  const spec = (owner['spec'] ?? {}) as JobSpec;
  const status = (owner['status'] ?? {}) as {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
  const isDone = (status.conditions ?? []).some(
    ({ type, status: value }) => value === 'True' && ['Succeeded', 'Failed'].includes(type),
  );
  const isGoing = owner.metadata.deletionTimestamp !== undefined;
  return isDone || isGoing || spec.runPolicy?.suspend === true;
}
