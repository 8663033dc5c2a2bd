/** The kinds that are told of, by the names that `--resources` takes. */
import type { HasMetadata } from '../../api/object.js';
import { daemonSets, deployments, replicaSets, statefulSets } from './families/apps.js';
import { autoscalers } from './families/autoscalers.js';
import { cronJobs, jobs } from './families/batch.js';
import {
  endpoints,
  endpointSlices,
  ingresses,
  leases,
  mutatingWebhooks,
  replicationControllers,
  signingRequests,
  validatingWebhooks,
  volumeAttachments,
} from './families/cluster.js';
import { disruptionBudgets, limitRanges, quotas } from './families/limits.js';
import { nodes } from './families/nodes.js';
import { configMaps, namespaces, networkPolicies, secrets, services } from './families/plain.js';
import { pods } from './families/pods.js';
import { claims, storageClasses, volumes } from './families/volumes.js';
import type { StateResource } from './family.js';

/** Forgets which kind it is: its objects come from its own path. */
const any = <T extends HasMetadata>(resource: StateResource<T>): StateResource =>
  resource as unknown as StateResource;

/** In the order in which they are told. */
export const stateResources: readonly StateResource[] = [
  any(signingRequests),
  any(configMaps),
  any(cronJobs),
  any(daemonSets),
  any(deployments),
  any(endpoints),
  any(endpointSlices),
  any(autoscalers),
  any(ingresses),
  any(jobs),
  any(leases),
  any(limitRanges),
  any(mutatingWebhooks),
  any(namespaces),
  any(networkPolicies),
  any(nodes),
  any(claims),
  any(volumes),
  any(disruptionBudgets),
  any(pods),
  any(replicaSets),
  any(replicationControllers),
  any(quotas),
  any(secrets),
  any(services),
  any(statefulSets),
  any(storageClasses),
  any(validatingWebhooks),
  any(volumeAttachments),
];

/** Told only where `--resources` names it. */
export const askedForResources: readonly string[] = ['endpoints'];

/** Kinds that upstream tells of where it is asked to, and we do not. */
export const untoldResources: readonly string[] = [
  'clusterrolebindings',
  'clusterroles',
  'ingressclasses',
  'rolebindings',
  'roles',
  'serviceaccounts',
];
