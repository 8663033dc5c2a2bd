/** Lets things happen to a cluster: what people would do with kubectl, and what goes wrong. */
import type { Node, Pod } from '../../sim/api/kinds/core.js';
import type { KubeObject } from '../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../sim/api/request.js';
import type { Outcome } from '../laws/law.js';
import { RestMapper, servedPath } from '../backends/rest-mapper.js';
import type { Applied, Cluster } from '../cluster.js';
import { userOf } from '../laws/kit/rights.js';
import { tryConnections, type Probe } from './connections.js';
import type { MeasuredEdge } from './edge/edge.js';
import type { Happening, PodChoice, Target } from './happening.js';

/** kubectl drain tries an eviction that a budget forbids again after this. */
const evictAgainMs = 5_000;
/** A drain is given up after this, as with `kubectl drain --timeout`. */
const drainMaxMs = 300_000;

/** Something that goes on while other things happen. */
interface Chore {
  readonly dueMs: number;
  act(): Promise<void>;
}

/** Whoever lets things happen. Time goes by only through it, so that what was begun goes on. */
export class Crew {
  /** What was measured: the connections that were tried. */
  readonly outcomes: Outcome[] = [];
  private readonly mapper: RestMapper;
  private chores: Chore[] = [];

  constructor(
    private readonly cluster: Cluster,
    /** Tries connections, where the backend can. */
    private readonly probe?: Probe,
    /** What is measured beside. */
    private readonly edge?: MeasuredEdge,
  ) {
    this.mapper = new RestMapper(request => this.ask(request));
  }

  /** Whether something goes on by itself: a drain that waits for budgets. */
  get isBusy(): boolean {
    return this.chores.length > 0;
  }

  /** Applies manifests in order. */
  apply(objects: readonly KubeObject[]): Promise<readonly Applied[]> {
    this.edge?.applied(objects);
    return this.cluster.apply(objects);
  }

  /** Lets time go by, with what was begun. */
  async advance(forMs: number): Promise<void> {
    const untilMs = this.cluster.now() + forMs;
    for (;;) {
      const due = this.chores.filter(({ dueMs }) => dueMs <= untilMs);
      const [first] = due.sort((a, b) => a.dueMs - b.dueMs);
      const nextMs = first?.dueMs ?? untilMs;
      await this.cluster.advance(Math.max(nextMs - this.cluster.now(), 0));
      if (first === undefined) return;
      this.chores = this.chores.filter(chore => chore !== first);
      await first.act();
    }
  }

  /** Lets something happen now; returns what the cluster said against it, if anything. */
  async happen(happening: Happening): Promise<string | undefined> {
    switch (happening.kind) {
      case 'apply': {
        if (happening.as !== undefined) return this.createAs(happening.object, happening.as);
        const [applied] = await this.apply([happening.object]);
        return applied?.message;
      }
      case 'delete':
        return this.send('DELETE', happening.target, cascading(happening.cascade));
      case 'delete-pod': {
        const pod = await this.choose(happening.pod);
        if (pod === undefined) return 'there is no such pod';
        return refusalOf(await this.ask({ method: 'DELETE', path: podPath(pod) }));
      }
      case 'roll-out':
        return this.send('PATCH', happening.target, restarted(this.cluster.now()));
      case 'scale': {
        const { target, replicas } = happening;
        return this.send('PATCH', target, { spec: { replicas } }, '/scale');
      }
      case 'drain':
        return this.drain(happening.node);
      case 'uncordon':
        return this.cordon(happening.node, false);
      case 'burst':
        return this.burst(happening);
      case 'probe':
        return this.tryAll(happening);
      case 'load':
        if (this.edge?.traffic === undefined) return 'this run sends no requests to Services';
        this.edge.traffic.scale(happening.factor);
        return undefined;
      case 'ask':
        return this.askAs(happening);
      case 'fault':
        this.edge?.struck(happening.fault);
        await this.cluster.inject(happening.fault);
        return undefined;
    }
  }

  private ask(request: ApiRequest): Promise<ApiAnswer> {
    return this.cluster.request(request);
  }

  private async send(
    method: 'DELETE' | 'PATCH',
    { apiVersion, kind, namespace, name }: Target,
    body?: unknown,
    subresource = '',
  ): Promise<string | undefined> {
    const served = await this.mapper.find(apiVersion, kind);
    if (served === undefined) return `no matches for kind "${kind}" in version "${apiVersion}"`;
    const path = servedPath(served, { namespace, name }) + subresource;
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { 'content-type': type };
    return refusalOf(
      await this.ask(body === undefined ? { method, path } : { method, path, headers, body }),
    );
  }

  /** A refusal is what most who ask are meant to get: it is no news. */
  private async askAs({
    as,
    verb,
    target,
  }: Extract<Happening, { kind: 'ask' }>): Promise<string | undefined> {
    const { apiVersion, kind, namespace, name } = target;
    const served = await this.mapper.find(apiVersion, kind);
    if (served === undefined) return `no matches for kind "${kind}" in version "${apiVersion}"`;
    const groups = userOf(as)?.groups ?? ['system:authenticated'];
    const own = servedPath(served, { namespace, name: verb === 'list' ? '' : name });
    const path = verb === 'delete' ? `${own}?dryRun=All` : own;
    const method = verb === 'delete' ? 'DELETE' : 'GET';
    await this.cluster.request({ method, path }, { user: as, groups });
    return undefined;
  }

  /** Here too: whoever tries more than it may, is refused. */
  private async createAs(object: KubeObject, as: string): Promise<string | undefined> {
    const { apiVersion = '', kind = '', metadata } = object;
    const served = await this.mapper.find(apiVersion, kind);
    if (served === undefined) return `no matches for kind "${kind}" in version "${apiVersion}"`;
    const path = servedPath(served, { namespace: metadata.namespace });
    const groups = userOf(as)?.groups ?? ['system:authenticated'];
    await this.cluster.request({ method: 'POST', path, body: object }, { user: as, groups });
    return undefined;
  }

  private cordon(node: string, unschedulable: boolean): Promise<string | undefined> {
    const target = { apiVersion: 'v1', kind: 'Node', name: node };
    return this.send('PATCH', target, { spec: { unschedulable: unschedulable || null } });
  }

  private async drain(node: string): Promise<string | undefined> {
    const refused = await this.cordon(node, true);
    if (refused !== undefined) return refused;
    const endMs = this.cluster.now() + drainMaxMs;
    const evict = async (): Promise<void> => {
      const left = await this.evictFrom(node);
      const dueMs = this.cluster.now() + evictAgainMs;
      if (left > 0 && dueMs < endMs) this.chores.push({ dueMs, act: evict });
    };
    await evict();
    return undefined;
  }

  /** Evicts what kubectl drain evicts; returns how many were refused. */
  private async evictFrom(node: string): Promise<number> {
    const told = await this.cluster.request({ method: 'GET', path: `/api/v1/nodes/${node}` });
    if ((told.body as Node | undefined)?.spec?.unschedulable !== true) return 0;
    const path = `/api/v1/pods?fieldSelector=${encodeURIComponent(`spec.nodeName=${node}`)}`;
    let left = 0;
    for (const pod of await this.pods(path)) {
      if (!isDrained(pod)) continue;
      const { namespace = '', name = '' } = pod.metadata;
      const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { namespace, name } };
      const request = { method: 'POST', path: `${podPath(pod)}/eviction`, body } as const;
      if ((await this.ask(request)).status === 429) left++;
    }
    return left;
  }

  private async burst({
    namespace,
    name,
    count,
    requests,
  }: Extract<Happening, { kind: 'burst' }>): Promise<string | undefined> {
    let refusal: string | undefined;
    const image = 'registry.k8s.io/pause:3.10';
    const limits = Object.fromEntries(
      Object.entries(requests).filter(([resource]) => resource.includes('/')),
    );
    for (let index = 0; index < count; index++) {
      const body = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { namespace, name: `${name}-${index}`, labels: { app: name } },
        spec: { containers: [{ name: 'main', image, resources: { requests, limits } }] },
      };
      const path = `/api/v1/namespaces/${namespace}/pods`;
      const answer = await this.ask({ method: 'POST', path, body });
      // One of an earlier burst of that name is still there: it counts among these.
      if (reasonOf(answer) !== 'AlreadyExists') refusal = refusalOf(answer) ?? refusal;
    }
    return refusal;
  }

  private async tryAll({
    from,
    to,
    port,
    protocol = 'TCP',
  }: Extract<Happening, { kind: 'probe' }>): Promise<string | undefined> {
    if (this.probe === undefined) return 'this backend tries no connections';
    const all = from === undefined || to === undefined ? await this.pods('/api/v1/pods') : [];
    const some = async (choice: PodChoice | undefined): Promise<readonly Pod[]> => {
      if (choice === undefined) return all;
      const pod = await this.choose(choice);
      return pod === undefined ? [] : [pod];
    };
    const timeMs = this.cluster.now();
    const pairs = { from: await some(from), to: await some(to) };
    this.outcomes.push(...tryConnections(this.probe, pairs, { port, protocol, timeMs }));
    return undefined;
  }

  /** The pods of a path, by namespace and name. */
  private async pods(path: string): Promise<readonly Pod[]> {
    const reader = { omitsManagedFields: true };
    const answer = await this.cluster.request({ method: 'GET', path }, undefined, reader);
    return (answer.body as { readonly items?: readonly Pod[] | null }).items ?? [];
  }

  private async choose({ namespace, selector, index }: PodChoice): Promise<Pod | undefined> {
    const query = `labelSelector=${encodeURIComponent(selector)}`;
    const pods = await this.pods(`/api/v1/namespaces/${namespace}/pods?${query}`);
    return pods[index % Math.max(pods.length, 1)];
  }
}

const policies = { foreground: 'Foreground', orphan: 'Orphan' } as const;

/** As kubectl deletes: dependents go too, also those of Jobs, which the server would keep. */
function cascading(cascade: 'foreground' | 'orphan' | undefined): unknown {
  const propagationPolicy = cascade === undefined ? 'Background' : policies[cascade];
  return { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy };
}

/** DaemonSets' pods stay, and so do those that have ended or are ending. */
function isDrained({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return false;
  if (metadata.ownerReferences?.some(({ kind }) => kind === 'DaemonSet') === true) return false;
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}

function podPath({ metadata: { namespace = '', name = '' } }: Pod): string {
  return `/api/v1/namespaces/${namespace}/pods/${name}`;
}

/** What `kubectl rollout restart` writes. */
function restarted(nowMs: number): unknown {
  const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date(nowMs).toISOString() };
  return { spec: { template: { metadata: { annotations } } } };
}

function reasonOf({ status, body }: ApiAnswer): string | undefined {
  if (status < 300) return undefined;
  return (body as { readonly reason?: string } | undefined)?.reason;
}

function refusalOf({ status, body }: ApiAnswer): string | undefined {
  if (status < 300) return undefined;
  return (body as { readonly message?: string } | undefined)?.message ?? String(status);
}
