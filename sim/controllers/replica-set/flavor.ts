/** What differs between replica sets and replication controllers, which one controller brings about. */
import {
  replicationControllers,
  type PodTemplateSpec,
  type ReplicationController,
} from '../../api/kinds/core.js';
import { replicaSets, type ReplicaSet, type ReplicaSetStatus } from '../../api/kinds/apps.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';

/** What the controller reads of a set. */
export interface SetSpec {
  readonly replicas: number;
  readonly minReadySeconds: number;
  readonly selector: LabelSelector | undefined;
  readonly template: PodTemplateSpec | undefined;
}

/** One of the two kinds. */
export interface Flavor<T extends HasMetadata> {
  readonly kind: Kind<T>;
  /** The controller's name, and the component of its events. */
  readonly name: string;
  readonly queueName: string;
  readonly eventSource: string;
  readonly account: string;
  /** Whether status.terminatingReplicas is told. */
  readonly tellsTerminating: boolean;
  readonly spec: (set: T) => SetSpec;
  readonly status: (set: T) => ReplicaSetStatus | undefined;
  readonly withStatus: (set: T, status: ReplicaSetStatus) => T;
}

/** apps/v1 ReplicaSet. */
export const replicaSetFlavor: Flavor<ReplicaSet> = {
  kind: replicaSets,
  name: 'replicaset-controller',
  queueName: 'replicaset',
  eventSource: 'replicaset-controller',
  account: 'replicaset-controller',
  tellsTerminating: true,
  spec: ({ spec }) => ({
    replicas: spec?.replicas ?? 1,
    minReadySeconds: spec?.minReadySeconds ?? 0,
    selector: spec?.selector,
    template: spec?.template,
  }),
  status: set => set.status,
  withStatus: (set, status) => ({ ...set, status }),
};

/** v1 ReplicationController. @upstream pkg/controller/replication/conversion.go */
export const replicationControllerFlavor: Flavor<ReplicationController> = {
  kind: replicationControllers,
  name: 'replicationcontroller-controller',
  queueName: 'replicationmanager',
  eventSource: 'replication-controller',
  account: 'replication-controller',
  tellsTerminating: false,
  spec: ({ spec }) => ({
    replicas: spec?.replicas ?? 1,
    minReadySeconds: spec?.minReadySeconds ?? 0,
    selector: { matchLabels: spec?.selector ?? {} },
    template: spec?.template,
  }),
  status: set => set.status,
  withStatus: (set, status) => ({ ...set, status }),
};
