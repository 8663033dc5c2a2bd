/** The objects of the cluster for which manifests are meant: of a snapshot, or of a kind configuration. */
import type { KubeObject } from '../../sim/api/object.js';
import { readKindConfig } from '../gpu/kind-config.js';
import { nodeShapes } from '../gpu/node-shapes.js';
import { bootSimulatedCluster } from '../backends/sim.js';
import { exitCodes, UserError } from '../input/errors.js';
import { readSnapshot } from '../plan/snapshot.js';

/** How a cluster can be named. */
export interface ClusterChoice {
  /** A kind configuration's file. */
  readonly config?: string;
  /** A snapshot's file. */
  readonly cluster?: string;
}

/**
 * Its objects; none when none was named.
 *
 * @throws UserError when both are named; InputError when the file is not what it should be.
 */
export async function chosenCluster({
  config,
  cluster,
}: ClusterChoice): Promise<readonly KubeObject[]> {
  if (cluster !== undefined && config !== undefined) {
    throw new UserError('--config and --cluster both say which cluster it is', {
      exitCode: exitCodes.usage,
      code: 'two-clusters',
      next: 'give one of them',
    });
  }
  if (cluster !== undefined) return readSnapshot(cluster).objects;
  return config === undefined ? [] : await nodesOf(config);
}

/** The nodes as their kubelets register them: booted, since what a kubelet keeps for itself counts. */
async function nodesOf(config: string): Promise<readonly KubeObject[]> {
  const nodes = nodeShapes(readKindConfig(config), 0);
  await using cluster = await bootSimulatedCluster({ seed: 0, nodes, operators: [] });
  const { body } = await cluster.request({ method: 'GET', path: '/api/v1/nodes' });
  const { items } = body as { readonly items: readonly KubeObject[] };
  return items.map(item => ({ ...item, apiVersion: 'v1', kind: 'Node' }));
}
