/** A cluster as a vector tells it, for a scheduler without an API server. */
import * as apps from '../../../../sim/api/kinds/apps.js';
import * as core from '../../../../sim/api/kinds/core.js';
import * as policy from '../../../../sim/api/kinds/policy.js';
import * as resource from '../../../../sim/api/kinds/resource.js';
import * as scheduling from '../../../../sim/api/kinds/scheduling.js';
import * as storage from '../../../../sim/api/kinds/storage.js';
import type { HasMetadata, Kind, KubeObject } from '../../../../sim/api/object.js';
import {
  defaultFeatureGates,
  readConfiguration,
  type ConfigurationDocument,
  type FeatureGates,
} from '../../../../sim/scheduler/configuration.js';
import type { ObjectReader } from '../../../../sim/scheduler/framework.js';
import { registry } from '../../../../sim/scheduler/plugins/index.js';
import { PodInfo } from '../../../../sim/scheduler/pod-info.js';
import { Nominator } from '../../../../sim/scheduler/queue/nominator.js';
import { Framework } from '../../../../sim/scheduler/runtime.js';
import { NodeSnapshot } from '../../../../sim/scheduler/snapshot.js';

/** The objects of a vector, by the name of their list. */
export type VectorObjects = Readonly<Record<string, readonly KubeObject[]>>;

/** What a vector says about the cluster. */
export interface Scene {
  readonly nodes?: readonly core.Node[];
  readonly pods?: readonly core.Pod[];
  readonly pendingPods?: readonly core.Pod[];
  readonly objects?: VectorObjects;
  readonly schedulerConfig?: ConfigurationDocument;
  readonly featureGates?: FeatureGates;
}

const kinds: Readonly<Record<string, Kind>> = {
  namespaces: core.namespaces,
  priorityClasses: scheduling.priorityClasses,
  services: core.services,
  replicaSets: apps.replicaSets,
  statefulSets: apps.statefulSets,
  replicationControllers: core.replicationControllers,
  podDisruptionBudgets: policy.podDisruptionBudgets,
  persistentVolumes: core.persistentVolumes,
  persistentVolumeClaims: core.persistentVolumeClaims,
  storageClasses: storage.storageClasses,
  csiNodes: storage.csiNodes,
  csiDrivers: storage.csiDrivers,
  csiStorageCapacities: storage.csiStorageCapacities,
  volumeAttachments: storage.volumeAttachments,
  deviceClasses: resource.deviceClasses,
  resourceSlices: resource.resourceSlices,
  resourceClaims: resource.resourceClaims,
} as unknown as Readonly<Record<string, Kind>>;

/** Objects in memory, read as an informer's cache is. */
export class ObjectIndex implements ObjectReader {
  private readonly byResource = new Map<string, Map<string, HasMetadata>>();

  constructor(objects: VectorObjects = {}) {
    for (const [name, list] of Object.entries(objects)) {
      const kind = kinds[name];
      if (kind === undefined) throw new Error(`unknown objects: ${name}`);
      for (const object of list) this.set(kind, object);
    }
  }

  set(kind: Kind, object: HasMetadata): void {
    const { namespace = '', name = '' } = object.metadata;
    const known = this.byResource.get(kind.resource) ?? new Map<string, HasMetadata>();
    known.set(`${namespace}/${name}`, object);
    this.byResource.set(kind.resource, known);
  }

  get<T extends HasMetadata>(kind: Kind<T>, namespace: string, name: string): T | undefined {
    return this.byResource.get(kind.resource)?.get(`${namespace}/${name}`) as T | undefined;
  }

  list<T extends HasMetadata>(kind: Kind<T>, namespace?: string): readonly T[] {
    const all = [...(this.byResource.get(kind.resource)?.entries() ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object);
    return all.filter(
      ({ metadata }) => namespace === undefined || metadata.namespace === namespace,
    ) as unknown as readonly T[];
  }
}

/** A scheduler's framework in the scene. */
export interface World {
  readonly framework: Framework;
  readonly nodes: NodeSnapshot;
  readonly nominator: Nominator;
  readonly objects: ObjectIndex;
}

/** When the vectors were made: what stands in for a missing start time. */
const nowMs = Date.UTC(2026, 6, 1);

/** Sets the scene up. */
export function worldOf(scene: Scene): World {
  const nodes = new NodeSnapshot();
  const nominator = new Nominator();
  const objects = new ObjectIndex(scene.objects);
  for (const node of scene.nodes ?? []) nodes.setNode(node);
  for (const pod of scene.pods ?? []) nodes.addPod(new PodInfo(pod), pod.spec?.nodeName ?? '');
  for (const pod of scene.pendingPods ?? []) {
    nominator.add(new PodInfo(pod), pod.status?.nominatedNodeName ?? '');
  }
  const [profile] = readConfiguration(scene.schedulerConfig).profiles;
  if (profile === undefined) throw new Error('the configuration has no profile');
  const framework = new Framework(profile, {
    objects,
    nodes,
    nominator,
    features: { ...defaultFeatureGates, ...scene.featureGates },
    registry,
    now: () => nowMs,
  });
  return { framework, nodes, nominator, objects };
}
