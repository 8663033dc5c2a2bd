/** The controllers of kube-controller-manager. */
import type { ControllerDefinition } from '../client/contract.js';
import { daemonSetController } from './daemon-set.js';
import { deploymentController } from './deployment.js';
import { endpointsController } from './endpoints.js';
import { endpointSliceMirroringController } from './endpoint-slice-mirroring.js';
import { endpointSliceController } from './endpoint-slice.js';
import { horizontalPodAutoscalerController } from './horizontal-pod-autoscaler.js';
import { jobController } from './job.js';
import { replicaSetController } from './replica-set.js';
import { replicationController } from './replication-controller.js';
import { statefulSetController } from './stateful-set.js';

/** All controllers, in the order in which they start. */
export const controllers: readonly ControllerDefinition[] = [
  deploymentController,
  replicaSetController,
  replicationController,
  jobController,
  statefulSetController,
  daemonSetController,
  endpointsController,
  endpointSliceController,
  endpointSliceMirroringController,
  horizontalPodAutoscalerController,
];
