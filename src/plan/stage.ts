/** A simulated cluster that stands as another did, for manifests to be tried on. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import { podGroups } from '../../sim/api/kinds/scheduling-v1alpha2.js';
import { apiVersionOf, type HasMetadata, type KubeObject } from '../../sim/api/object.js';
import type { ConfigurationDocument } from '../../sim/scheduler/configuration.js';
import { operators } from '../../sim/operators/index.js';
import { neededBy, operatorsFor } from '../backends/operators-for.js';
import { bootSimulatedCluster, type SimulatedCluster } from '../backends/sim.js';
import {
  deadNode,
  isReady,
  isReplaced,
  isStanding,
  missingPriorityClasses,
  nodePatch,
  shapeOf,
  standingPod,
  stays,
  surroundings,
} from './rebuild.js';
import { schedulerKinds } from './scheduler-kinds.js';
import { podKey, World } from './world.js';

/** The cluster, and what could not be rebuilt. */
export interface Stage {
  readonly cluster: SimulatedCluster;
  readonly warnings: readonly string[];
  /** Pods that the manifests' own will take the place of. */
  readonly replaced: readonly string[];
}

/** Boots a cluster whose nodes and pods are these, and lets it settle. */
export async function buildStage(
  objects: readonly KubeObject[],
  manifests: readonly KubeObject[],
  configuration: ConfigurationDocument = {},
): Promise<Stage> {
  const nodes = objects.filter(({ kind }) => kind === 'Node') as readonly Node[];
  const all = (objects.filter(({ kind }) => kind === 'Pod') as readonly Pod[]).filter(isStanding);
  const replaced = all.filter(pod => isReplaced(pod, manifests));
  const pods = all.filter(pod => !replaced.includes(pod));
  const cluster = await bootSimulatedCluster({
    seed: 0,
    nodes: nodes.filter(isReady).map(shapeOf),
    settings: { allowPrivileged: true },
    operators: needsOperators(manifests)
      ? [...standard, ...neededBy(manifests)].map(one => one.asAsked?.(manifests) ?? one)
      : [],
    workloads: [{ workload: stays }],
    scheduler: { configuration },
    ...(hasPodGroups([...objects, ...manifests]) && groupFeatures),
  });
  const builder = new Builder(cluster);
  await builder.setUpNodes(nodes);
  await builder.setUpNamespaces(objects, [...manifests, ...pods]);
  await builder.create(missingPriorityClasses(pods, objects));
  await builder.create(surroundings(objects.filter(({ kind }) => kind !== 'Namespace')));
  const claims = new Set(
    objects
      .filter(({ kind }) => kind === 'PersistentVolumeClaim')
      .map(({ metadata }) => `${metadata.namespace ?? 'default'}/${metadata.name ?? ''}`),
  );
  const isBound = ({ spec }: Pod): boolean => (spec?.nodeName ?? '') !== '';
  await builder.create(pods.filter(isBound).map(pod => standingPod(pod, claims)));
  await cluster.advance('5s');
  await builder.create(pods.filter(pod => !isBound(pod)).map(pod => standingPod(pod, claims)));
  // What stands was let in, and is told here without its security context: only what comes is judged.
  await builder.create(surroundings(objects.filter(({ kind }) => kind === 'Namespace')));
  await builder.createAccounts(manifests);
  await settle(cluster);
  return { cluster, warnings: builder.warnings, replaced: replaced.map(podKey) };
}

const standard = Object.values(operators).filter(
  ({ isAlternative, isOnDemand }) => isAlternative !== true && isOnDemand !== true,
);

/** Built-in kinds need no operator. */
function needsOperators(manifests: readonly KubeObject[]): boolean {
  if (operatorsFor(manifests).length > 0) return true;
  return manifests.some(({ apiVersion = '' }) => {
    const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
    return group.includes('.') && !group.endsWith('.k8s.io');
  });
}

/** Whoever has pod groups has the gates for them. */
function hasPodGroups(objects: readonly KubeObject[]): boolean {
  return objects.some(({ apiVersion }) => apiVersion === apiVersionOf(podGroups));
}

const groupFeatures = {
  featureGates: { GenericWorkload: true, GangScheduling: true },
  runtimeConfig: { [apiVersionOf(podGroups)]: 'true' },
};

const mergePatch = { 'content-type': 'application/merge-patch+json' };

class Builder {
  readonly warnings: string[] = [];

  constructor(private readonly cluster: SimulatedCluster) {}

  async setUpNodes(nodes: readonly Node[]): Promise<void> {
    for (const node of nodes) {
      const path = `/api/v1/nodes/${node.metadata.name ?? ''}`;
      if (isReady(node)) {
        const body = nodePatch(node);
        await this.cluster.request({ method: 'PATCH', path, headers: mergePatch, body });
        continue;
      }
      const { status, ...object } = deadNode(node);
      await this.create([{ ...object }]);
      const body = { status };
      const headers = mergePatch;
      await this.cluster.request({ method: 'PATCH', path: `${path}/status`, headers, body });
    }
  }

  /** A snapshot seldom holds its namespaces: those that anything stands in are there. */
  async setUpNamespaces(
    objects: readonly KubeObject[],
    users: readonly HasMetadata[],
  ): Promise<void> {
    const names = new Set(users.map(({ metadata }) => metadata.namespace ?? 'default'));
    const known = objects.filter(({ kind }) => kind === 'Namespace');
    for (const { metadata } of known) names.delete(metadata.name ?? '');
    const missing = [...names].map(name => ({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name },
    }));
    await this.create([...missing, ...surroundings(known).map(withoutPodSecurity)]);
    await this.cluster.advance('1s');
  }

  /** The accounts that templates name are taken to be there. */
  async createAccounts(manifests: readonly KubeObject[]): Promise<void> {
    const accounts = new Map<string, KubeObject>();
    for (const manifest of manifests) {
      const { namespace = 'default' } = manifest.metadata;
      for (const name of accountNames(manifest)) {
        const metadata = { namespace, name };
        accounts.set(`${namespace}/${name}`, {
          apiVersion: 'v1',
          kind: 'ServiceAccount',
          metadata,
        });
      }
    }
    await this.create([...accounts.values()]);
  }

  async create(objects: readonly KubeObject[]): Promise<void> {
    for (const { object, message } of await this.cluster.apply(objects)) {
      if (message === undefined) continue;
      const { namespace, name = '' } = object.metadata;
      const key = namespace === undefined ? name : `${namespace}/${name}`;
      this.warnings.push(`${object.kind ?? ''} ${key} could not be rebuilt: ${message}`);
    }
  }
}

function withoutPodSecurity({ metadata, ...namespace }: KubeObject): KubeObject {
  const labels = Object.entries(metadata.labels ?? {}).filter(
    ([name]) => !name.startsWith('pod-security.kubernetes.io/'),
  );
  return { ...namespace, metadata: { ...metadata, labels: Object.fromEntries(labels) } };
}

function accountNames(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) =>
    key === 'serviceAccountName' && typeof inner === 'string' ? [inner] : accountNames(inner),
  );
}

const stepMs = 5_000;
/** So long nothing must happen: longer than the scheduler ever backs off. */
const quietMs = 60_000;
const settleMaxMs = 600_000;

/** Lets time go by until pods neither come nor go nor move. */
export async function settle(cluster: SimulatedCluster): Promise<void> {
  let before = '';
  let quietForMs = 0;
  for (let waitedMs = 0; waitedMs < settleMaxMs && quietForMs < quietMs; waitedMs += stepMs) {
    await cluster.advance(stepMs);
    const now = (await podsOf(cluster))
      .map(pod => `${podKey(pod)} ${pod.spec?.nodeName ?? ''} ${pod.status?.phase ?? ''}`)
      .join('\n');
    quietForMs = now === before ? quietForMs + stepMs : 0;
    before = now;
  }
}

/** The pods of the cluster, in order. */
export async function podsOf(cluster: SimulatedCluster): Promise<readonly Pod[]> {
  const answer = await cluster.request({ method: 'GET', path: '/api/v1/pods' });
  return (answer.body as { readonly items: readonly Pod[] }).items;
}

/** What a scheduler sees of the cluster. */
export async function worldOf(cluster: SimulatedCluster): Promise<World> {
  const lists: KubeObject[][] = [];
  for (const kind of schedulerKinds) {
    const apiVersion = apiVersionOf(kind);
    const root = kind.group === '' ? '/api' : '/apis';
    const path = `${root}/${apiVersion}/${kind.resource}`;
    const { body } = await cluster.request({ method: 'GET', path });
    const { items = [] } = body as { readonly items?: readonly KubeObject[] };
    lists.push(items.map(item => ({ ...item, apiVersion, kind: kind.kind })));
  }
  return World.of(lists.flat());
}
