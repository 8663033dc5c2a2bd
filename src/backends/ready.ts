/** Waits until a real cluster can take work: its nodes, its system pods and the account that pods run as. */
import type { ApiAnswer } from '../../sim/api/request.js';
import type { Cluster } from '../cluster.js';
import { realNowMs, sleep } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';

/** What is waited for. */
export interface ReadyOptions {
  /** Gets a path of the API. */
  readonly get: (path: string) => Promise<ApiAnswer>;
  /** The names of the nodes that must be ready. */
  readonly nodes: readonly string[];
  /** Whether the cluster has a network: without one neither nodes nor CoreDNS get ready. Default true. */
  readonly hasNetwork?: boolean;
  /** In milliseconds. */
  readonly withinMs: number;
  readonly signal?: AbortSignal;
}

/**
 * Keeps pods off the real nodes of a cluster whose other nodes our kubelets play: with one real node alone,
 * kind and k3s leave the control plane's taint away.
 */
export async function keepFree(
  cluster: Pick<Cluster, 'request'>,
  nodes: readonly string[],
): Promise<void> {
  const taint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };
  for (const name of nodes) {
    await cluster.request({
      method: 'PATCH',
      path: `/api/v1/nodes/${name}`,
      headers: { 'content-type': 'application/strategic-merge-patch+json' },
      body: { spec: { taints: [taint] } },
    });
  }
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

interface Item {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly phase?: string;
    readonly conditions?: readonly Condition[];
    readonly desiredNumberScheduled?: number;
    readonly numberReady?: number;
  };
}

/** The namespaces of what kind and k3s install. */
const systemNamespaces = ['kube-system', 'local-path-storage'] as const;

const pollMs = 250;

/**
 * Returns once everything is ready.
 *
 * @throws UserError that names what is not, when the time is over.
 */
export async function untilClusterReady(options: ReadyOptions): Promise<void> {
  const untilMs = realNowMs() + options.withinMs;
  for (;;) {
    const missing = await missingIn(options);
    if (missing.length === 0 || options.signal?.aborted === true) return;
    if (realNowMs() > untilMs) {
      throw new UserError(`the cluster does not get ready: ${missing.slice(0, 5).join('; ')}`, {
        exitCode: exitCodes.backend,
        code: 'not-ready',
        next: 'look at the logs of the nodes, or give it more time',
      });
    }
    await sleep(pollMs);
  }
}

async function missingIn({ get, nodes, hasNetwork = true }: ReadyOptions): Promise<string[]> {
  const registered = await itemsOf(get, '/api/v1/nodes');
  const missing = nodes.flatMap(name => {
    const node = registered.find(({ metadata }) => metadata.name === name);
    if (node === undefined) return [`node ${name} is not registered`];
    return isTrue(node, 'Ready') || !hasNetwork ? [] : [`node ${name} is not ready`];
  });
  // Pods are refused until their account exists, which a controller makes after the namespace.
  const account = await get('/api/v1/namespaces/default/serviceaccounts/default');
  if (account.status !== 200) missing.push('the default ServiceAccount does not exist');
  if (!hasNetwork) return missing;
  for (const namespace of systemNamespaces) {
    for (const pod of await itemsOf(get, `/api/v1/namespaces/${namespace}/pods`)) {
      if (pod.status?.phase === 'Succeeded' || isTrue(pod, 'Ready')) continue;
      missing.push(`pod ${namespace}/${pod.metadata.name} is not ready`);
    }
    for (const set of await itemsOf(get, `/apis/apps/v1/namespaces/${namespace}/daemonsets`)) {
      const { desiredNumberScheduled = 0, numberReady = 0 } = set.status ?? {};
      if (numberReady >= Math.max(desiredNumberScheduled, 1)) continue;
      missing.push(`DaemonSet ${namespace}/${set.metadata.name} is not ready`);
    }
  }
  return missing;
}

async function itemsOf(get: ReadyOptions['get'], path: string): Promise<readonly Item[]> {
  const { status, body } = await get(path);
  return status === 200 ? ((body as { items?: readonly Item[] }).items ?? []) : [];
}

function isTrue(item: Item, type: string): boolean {
  return (item.status?.conditions ?? []).some(each => each.type === type && each.status === 'True');
}
