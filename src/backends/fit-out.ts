/** Fits a real cluster out with what a scenario needs and the cluster lacks: operators, nodes, programs of ours. */
import { localPathStorage } from '../../sim/controllers/local-path-provisioner/provisioner.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ProcessDefinition } from '../../sim/client/contract.js';
import type { NodeShape, SimulationOptions } from '../../sim/simulation.js';
import type { Cluster } from '../cluster.js';
import { elapsedMs, sleep } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { attach, type Attached, type AttachOptions } from './attach.js';
import type { RealCluster } from './kubeconfig.js';
import { isRegistration, serveWebhooks, type ServedWebhooks } from './webhook-door.js';

/** What a scenario needs of a cluster, as a simulation would be booted with it. */
export type Needs = Pick<
  SimulationOptions,
  'seed' | 'nodes' | 'operators' | 'workloads' | 'scheduler' | 'hasMetricsServer' | 'autoscaler'
> & { readonly hasStorageClass?: boolean };

/** What of it is given to the cluster. */
export interface FitOptions {
  readonly needs: Needs;
  /** Whether our kubelets play the nodes. */
  readonly hasNodes: boolean;
  readonly kubeletAccess?: AttachOptions['kubeletAccess'];
  /** Whether its scheduler was there before us, with a configuration of its own. Default false. */
  readonly hasOwnScheduler?: boolean;
  readonly interleaving?: number;
  /** An address of this machine that the API server reaches: operators' webhooks are called there. */
  readonly hostAddress?: string | undefined;
  /** Programs of the control plane that ours play. */
  readonly controlPlane?: AttachOptions['controlPlane'];
  /** Hears of what cannot be had there. */
  readonly tell: (line: string) => void;
}

/** What was attached, and what is less than it is on the simulation. */
export interface Fitted extends Attached {
  /** In sentences, for reports. */
  readonly thin: readonly string[];
  /** What an event of ours threw: then the run says nothing. */
  failure(): unknown;
  /** The webhooks of operators, where the API server reaches them; to be closed before the rest. */
  readonly webhooks?: ServedWebhooks;
}

/** A busy API server may take long to serve a kind that was just defined. */
const servedMaxMs = 60_000;
const pauseMs = 100;
const readyWithin = '60s';

/**
 * Installs, attaches, and waits until the nodes are ready.
 *
 * @throws UserError when the cluster does not take an installation, or the nodes do not get ready.
 */
export async function fitOut(cluster: Cluster, options: FitOptions): Promise<Fitted> {
  const { needs, hasNodes } = options;
  const parts: Installed[] = [
    ...((needs.hasStorageClass ?? true) ? [{ name: 'local-path', ...localPathStorage }] : []),
    ...(needs.operators ?? []),
  ];
  const thin = new Set([
    ...(options.hasOwnScheduler === true ? withoutItsScheduler(needs) : []),
    ...withoutNodeGroups(needs),
  ]);
  const isReached = options.hostAddress !== undefined;
  for (const part of parts) await install(cluster, part, isReached ? undefined : thin);
  const nodes = hasNodes ? needs.nodes : [];
  let failed: unknown;
  const attached = attach({
    config: await cluster.client(),
    seed: needs.seed,
    processes: parts.map(({ process }) => process),
    nodes,
    workloads: needs.workloads ?? [],
    ...(options.interleaving !== undefined && { interleaving: options.interleaving }),
    ...(options.kubeletAccess !== undefined && { kubeletAccess: options.kubeletAccess }),
    ...(options.controlPlane !== undefined && { controlPlane: options.controlPlane }),
    onError: error => {
      failed ??= error;
    },
  });
  const fitted: Fitted = { ...attached, thin: [...thin], failure: () => failed };
  for (const line of thin) options.tell(line);
  let webhooks: ServedWebhooks | undefined;
  try {
    webhooks = await serveOwn(cluster, attached, options);
    await untilReady(cluster, nodes, fitted);
    await untilAccounts(cluster);
  } catch (error) {
    await webhooks?.close({ isClusterGone: false });
    attached.close();
    throw error;
  }
  return { ...fitted, ...(webhooks !== undefined && { webhooks }) };
}

/** What a scenario's scheduler is less where the cluster's own schedules, as a list of one or none. */
export function withoutItsScheduler({ scheduler }: Pick<Needs, 'scheduler'>): readonly string[] {
  if (scheduler?.configuration === undefined) return [];
  return ["the cluster's own kube-scheduler is not given the scenario's schedulerConfig"];
}

/** What becomes of node groups where no machines are made: a list of one or none. */
export function withoutNodeGroups({ autoscaler }: Pick<Needs, 'autoscaler'>): readonly string[] {
  if (autoscaler === undefined) return [];
  const names = autoscaler.groups.map(({ name }) => name).join(', ');
  return [
    `node groups are simulated only: Cluster Autoscaler and the machines of ${names} are left out`,
  ];
}

function serveOwn(
  cluster: Cluster,
  attached: Attached,
  { needs, hostAddress: address }: FitOptions,
): Promise<ServedWebhooks | undefined> {
  const { operators = [] } = needs;
  if (address === undefined) return Promise.resolve(undefined);
  return serveWebhooks(cluster, attached, { operators, address });
}

/** What is installed: manifests, and the process behind them. */
interface Installed {
  readonly name: string;
  manifests(): readonly KubeObject[];
  readonly process: ProcessDefinition;
}

/** Webhooks are registered once their operators run, where they can be reached; else `thin` says so. */
async function install(
  cluster: Cluster,
  part: Installed,
  thin: Set<string> | undefined,
): Promise<void> {
  for (const manifest of part.manifests()) {
    if (!isRegistration(manifest)) await create(cluster, manifest, part.name);
    else thin?.add(`the webhooks of ${part.name} are not called: its admission is left out`);
  }
}

/** A kind that was just defined is served after a moment. */
async function create(cluster: Cluster, object: KubeObject, part: string): Promise<void> {
  const startMs = elapsedMs();
  for (;;) {
    const [applied] = await cluster.apply([object]);
    if (applied?.message === undefined) return;
    if (applied.status === 404 && elapsedMs() - startMs < servedMaxMs) {
      await sleep(pauseMs);
      continue;
    }
    const what = `${object.kind ?? ''} ${object.metadata.name ?? ''}`;
    throw new UserError(`${part}: ${what} is not taken: ${applied.message}`, {
      exitCode: exitCodes.backend,
      code: 'not-installed',
      next: 'name the operators that the scenario needs in spec.cluster.operators',
    });
  }
}

interface SeenNode {
  readonly metadata: { readonly name?: string };
  readonly status?: {
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

/** Labels of roles are set from outside, as kubeadm does: kubelets may not give them to themselves. */
async function untilReady(
  cluster: Cluster,
  shapes: readonly NodeShape[],
  { failure }: Pick<Fitted, 'failure'>,
): Promise<void> {
  if (shapes.length === 0) return;
  const waiting = new Map(shapes.map(shape => [shape.name, shape]));
  const isReady = await cluster.until(
    async () => {
      if (failure() !== undefined) return true;
      const { body } = await cluster.request({ method: 'GET', path: '/api/v1/nodes' });
      for (const node of (body as { readonly items: readonly SeenNode[] }).items) {
        const shape = waiting.get(node.metadata.name ?? '');
        const conditions = node.status?.conditions ?? [];
        if (shape === undefined) continue;
        if (!conditions.some(({ type, status }) => type === 'Ready' && status === 'True')) continue;
        await labelRoles(cluster, shape);
        waiting.delete(shape.name);
      }
      return waiting.size === 0;
    },
    { within: readyWithin },
  );
  const failed = failure();
  if (failed !== undefined) throw failed;
  if (isReady) return;
  if ((cluster as Partial<RealCluster>).isTimeOver === true) throw outOfTime();
  throw new UserError(`not ready within ${readyWithin}: ${[...waiting.keys()].join(', ')}`, {
    exitCode: exitCodes.backend,
    code: 'nodes-not-ready',
    next: 'the context needs the right to create nodes and to impersonate system:node:*',
  });
}

function outOfTime(): UserError {
  return new UserError('the real time of the run was over before its nodes were ready', {
    exitCode: exitCodes.inconclusive,
    code: 'time-over',
    next: 'give it more: --max-real 10m',
  });
}

/** Pods are refused before a controller has made the account that they run as. */
async function untilAccounts(cluster: Cluster): Promise<void> {
  const path = '/api/v1/namespaces/default/serviceaccounts/default';
  const isThere = async (): Promise<boolean> =>
    (await cluster.request({ method: 'GET', path })).status !== 404;
  await cluster.until(isThere, { within: readyWithin });
}

async function labelRoles(cluster: Cluster, { name, labels }: NodeShape): Promise<void> {
  const roles = Object.entries(labels).filter(([key]) =>
    key.startsWith('node-role.kubernetes.io/'),
  );
  if (roles.length === 0) return;
  await cluster.request({
    method: 'PATCH',
    path: `/api/v1/nodes/${name}`,
    headers: { 'content-type': 'application/merge-patch+json' },
    body: { metadata: { labels: Object.fromEntries(roles) } },
  });
}
