/** The families of vectors, in the order in which they are told. */
import type { VectorFamily } from '../family.js';
import { allocation } from './allocation.js';
import { api } from './api.js';
import { clusterAutoscaler } from './cluster-autoscaler.js';
import { controllersFamily } from './controllers.js';
import { fraud } from './fraud.js';
import { driftFamily } from './drift.js';
import { hpa } from './hpa.js';
import { kpa } from './kpa.js';
import { kubelet } from './kubelet.js';
import { mesh } from './mesh.js';
import { networkPolicy } from './network-policy.js';
import { operators } from './operators.js';
import { promql } from './promql.js';
import { queueing } from './queueing.js';
import { scheduler } from './scheduler.js';

/** All families that can be replayed. */
export const families: readonly VectorFamily[] = [
  allocation,
  api,
  clusterAutoscaler,
  controllersFamily,
  fraud,
  driftFamily,
  hpa,
  kpa,
  kubelet,
  mesh,
  networkPolicy,
  operators,
  promql,
  queueing,
  scheduler,
];
