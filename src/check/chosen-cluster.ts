/** The cluster for which manifests are meant: of a snapshot, or of a kind configuration. */
import type { Node } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { AutoscalerConfig } from '../gpu/autoscaler-config.js';
import { withGpuSharing } from '../gpu/gpu-sharing.js';
import { readKindConfig, type KindConfig } from '../gpu/kind-config.js';
import { nodeAutoscaling } from '../gpu/node-groups.js';
import { nodeShapes } from '../gpu/node-shapes.js';
import { bootSimulatedCluster } from '../backends/sim.js';
import { exitCodes, UserError } from '../input/errors.js';
import { readSnapshot } from '../plan/snapshot.js';
import type { NodePool } from '../voyages/plan.js';
import { poolsOfConfig, poolsOfNodes } from './pools-of.js';

/** How a cluster can be named. */
export interface ClusterChoice {
  /** A kind configuration's file. */
  readonly config?: string;
  /** A snapshot's file. */
  readonly cluster?: string;
  /** Node groups: what they could become counts as nodes. */
  readonly autoscaler?: AutoscalerConfig;
  /** What is to be applied: it may say how the GPUs of a configuration's nodes are shared. */
  readonly manifests?: readonly KubeObject[];
}

/** A cluster. */
export interface ChosenCluster {
  /** Its objects; none when no cluster was named. */
  readonly objects: readonly KubeObject[];
  /** Its pools of nodes, for voyages; undefined when no cluster was named. */
  readonly pools?: readonly NodePool[];
}

/**
 * Reads it.
 *
 * @throws UserError when both are named; InputError when the file is not what it should be.
 */
export async function chosenCluster({
  config,
  cluster,
  autoscaler,
  manifests = [],
}: ClusterChoice): Promise<ChosenCluster> {
  if (cluster !== undefined && config !== undefined) {
    throw new UserError('--config and --cluster both say which cluster it is', {
      exitCode: exitCodes.usage,
      code: 'two-clusters',
      next: 'give one of them',
    });
  }
  if (cluster !== undefined) {
    const { objects } = readSnapshot(cluster);
    // The snapshot's reader has checked them.
    const nodes = objects.filter(({ kind }) => kind === 'Node') as readonly Node[];
    return { objects, pools: poolsOfNodes(nodes) };
  }
  if (config === undefined) return { objects: [] };
  const read = withGpuSharing(readKindConfig(config), manifests);
  return { objects: await nodesOf(read, autoscaler), pools: poolsOfConfig(read.nodes) };
}

/** More nodes of a group are alike, and tell nothing new. */
const groupNodesMax = 16;

/** The nodes as their kubelets register them: booted, since what a kubelet keeps for itself counts. */
async function nodesOf(
  config: KindConfig,
  autoscaler: AutoscalerConfig | undefined,
): Promise<readonly KubeObject[]> {
  const { groups } = nodeAutoscaling(autoscaler ?? { nodeGroups: [] }, { config, seed: 0 });
  const grown = groups.flatMap(({ prefix, max, shapeOf }) =>
    Array.from({ length: Math.min(max, groupNodesMax) }, (_, index) =>
      shapeOf(`${prefix}-${index + 1}`),
    ),
  );
  const nodes = [...nodeShapes(config, 0), ...grown];
  await using cluster = await bootSimulatedCluster({ seed: 0, nodes, operators: [] });
  const { body } = await cluster.request({ method: 'GET', path: '/api/v1/nodes' });
  const { items } = body as { readonly items: readonly KubeObject[] };
  return items.map(item => ({ ...item, apiVersion: 'v1', kind: 'Node' }));
}
