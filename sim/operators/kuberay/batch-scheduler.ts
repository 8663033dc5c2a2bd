/** Ray clusters that scheduler-plugins starts whole: the operator's --batch-scheduler. @upstream kuberay v1.7.0 controllers/ray/batchscheduler/scheduler-plugins/scheduler_plugins.go */
import type { Pod } from '../../api/kinds/core.js';
import { apiVersionOf } from '../../api/object.js';
import { listOf } from '../../api/quota/amounts.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get } from '../../client/requests.js';
import { gangControl } from '../gangs/gang-control.js';
import { schedulerName } from '../scheduler-plugins/keys.js';
import { podGroups, type PodGroup } from '../scheduler-plugins/types.js';
import { desiredPods, desiredResources } from './cluster-status.js';
import { rayClusters, type RayCluster } from './types.js';

/** What the operator does for the batch scheduler that it is told of. */
export interface BatchScheduler {
  /** Makes the group of a cluster that wants one; a message when that fails. */
  submit(cluster: RayCluster): Reconciliation<string | undefined>;
  /** A pod of the cluster, for this scheduler. */
  marked(cluster: RayCluster, pod: Pod): Pod;
  /** What becomes of RayJobs: upstream hands them over too, and is turned away. */
  readonly jobProblem: string;
}

/** The name of the flag's value, which is not the scheduler's. */
export const pluginsName = 'scheduler-plugins';

const gangLabel = 'ray.io/gang-scheduling-enabled';
const gang = gangControl(schedulerName);

/** The one that there is here. */
export const schedulerPluginsBatch: BatchScheduler = {
  *submit(cluster) {
    if (!wantsGang(cluster)) return undefined;
    const { namespace = '', name = '' } = cluster.metadata;
    const known = yield* call(get(podGroups, namespace, name));
    if (known.isOk) return undefined;
    if (known.status !== 404) return known.message;
    const answer = yield* call(create(podGroups, groupOf(cluster)));
    if (answer.isOk || answer.reason === 'AlreadyExists') return undefined;
    return `failed to create PodGroup: ${answer.message}`;
  },
  marked(cluster, pod) {
    const member = wantsGang(cluster) ? gang.marked(pod, cluster.metadata.name ?? '') : pod;
    return { ...member, spec: { containers: [], ...member.spec, schedulerName } };
  },
  jobProblem: 'currently only RayCluster is supported, got *v1.RayJob',
};

/** The label counts, whatever it says. */
function wantsGang({ metadata }: RayCluster): boolean {
  return metadata.labels?.[gangLabel] !== undefined;
}

/** The cluster is its owner, but no controller of it. */
function groupOf(cluster: RayCluster): PodGroup {
  const { namespace = '', name = '', uid = '' } = cluster.metadata;
  const { workerGroupSpecs = [] } = cluster.spec;
  const owner = { apiVersion: apiVersionOf(rayClusters), kind: rayClusters.kind, name, uid };
  const workers = workerGroupSpecs.reduce((sum, group) => sum + desiredPods(group), 0);
  return {
    metadata: { namespace, name, ownerReferences: [owner] },
    spec: { minMember: workers + 1, minResources: listOf(desiredResources(cluster)) },
  };
}
