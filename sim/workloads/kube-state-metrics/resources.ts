/** The kinds that are told of, by the names that `--resources` takes. */
import type { HasMetadata } from '../../api/object.js';
import { daemonSets, deployments, replicaSets, statefulSets } from './families/apps.js';
import { autoscalers } from './families/autoscalers.js';
import { cronJobs, jobs } from './families/batch.js';
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
  any(configMaps),
  any(cronJobs),
  any(daemonSets),
  any(deployments),
  any(autoscalers),
  any(jobs),
  any(limitRanges),
  any(namespaces),
  any(networkPolicies),
  any(nodes),
  any(claims),
  any(volumes),
  any(disruptionBudgets),
  any(pods),
  any(replicaSets),
  any(quotas),
  any(secrets),
  any(services),
  any(statefulSets),
  any(storageClasses),
];

/** Kinds that upstream tells of by default, and we do not. */
export const untoldResources: readonly string[] = [
  'certificatesigningrequests',
  'endpoints',
  'ingresses',
  'leases',
  'mutatingwebhookconfigurations',
  'replicationcontrollers',
  'validatingwebhookconfigurations',
  'volumeattachments',
];
