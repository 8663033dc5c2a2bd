/**
 * A foreign cluster as a run may use it: namespaces of its own, nothing of others changed, and everything
 * that it made taken away in the end.
 */
import type { KubeObject } from '../../../sim/api/object.js';
import type { ApiAnswer, ApiRequest } from '../../../sim/api/request.js';
import type { Identity } from '../../../sim/client/contract.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import type { Applied } from '../../cluster.js';
import { applyObjects } from '../apply.js';
import type { RealCluster } from '../kubeconfig.js';
import { RestMapper } from '../rest-mapper.js';
import type { OwnNamespaces } from './own-namespaces.js';

/** How much of the cluster is the run's. */
export interface OwnOptions {
  readonly namespaces: OwnNamespaces;
  /** The name of the run: what it makes is labelled with it. */
  readonly run: string;
  /** Whether nodes and cluster-scoped objects of others may be changed. */
  readonly isOwnCluster: boolean;
}

/** An object that the run made outside of its namespaces, or in namespaces that were there before. */
export interface Made {
  /** As the cluster knows it. */
  readonly path: string;
  readonly title: string;
}

const label = 'seatrial.dev/run';

/** The cluster, narrowed to what is the run's. */
export class OwnCluster implements Pick<RealCluster, 'request' | 'apply' | 'history'> {
  /** In the order in which they were made. */
  readonly made: Made[] = [];
  private readonly mapper = new RestMapper(request => this.request(request));

  constructor(
    private readonly cluster: RealCluster,
    private readonly options: OwnOptions,
  ) {}

  get run(): string {
    return this.options.run;
  }

  /** Sends a request of the scenario, where it may be sent. */
  async request(request: ApiRequest, as?: Identity): Promise<ApiAnswer> {
    const { namespaces } = this.options;
    const target = targetOf(request.path);
    if (target !== undefined && request.method === 'GET' && target.namespace === undefined) {
      const everywhere = await this.listed(request, target, as);
      if (everywhere !== undefined) return everywhere;
    }
    const refusal = this.refusal(request, target);
    if (refusal !== undefined) return refusal;
    const moved = namespaces.outRequest(marked(request, this.run));
    const answer = await this.cluster.request(moved, as);
    if (request.method === 'POST' && answer.status === 201 && target !== undefined) {
      this.note(moved.path, target, answer);
    }
    return namespaces.inAnswer(answer);
  }

  /** Applies as a cluster does, through what the run may send. */
  apply(objects: readonly KubeObject[]): Promise<readonly Applied[]> {
    return applyObjects(objects, request => this.request(request), this.mapper);
  }

  /** What happened in the run's namespaces, and to nodes and the like, as the scenario would have it. */
  async *history(afterRevision = 0): AsyncIterable<HistoryEntry> {
    const { namespaces } = this.options;
    for await (const entry of this.cluster.history(afterRevision)) {
      if (entry.resource === 'namespaces') {
        const isOwn = (entry.object.metadata.name ?? '').startsWith(namespaces.prefix);
        if (!isOwn) continue;
      }
      yield namespaces.inEntry(entry);
    }
  }

  /** A list of all namespaces is one of the run's, one after the other. */
  private async listed(
    request: ApiRequest,
    { root, resource, name }: Target,
    as: Identity | undefined,
  ): Promise<ApiAnswer | undefined> {
    if (name !== undefined || resource === '') return undefined;
    const kinds = await new RestMapper(asked => this.cluster.request(asked)).all();
    const isNamespaced = kinds.some(
      kind => kind.resource === resource && kind.isNamespaced && root.endsWith(kind.apiVersion),
    );
    if (!isNamespaced) return undefined;
    const query = request.path.split('?')[1];
    let merged: ApiAnswer | undefined;
    for (const namespace of this.options.namespaces.names) {
      const path = `${root}/namespaces/${namespace}/${resource}${query ? `?${query}` : ''}`;
      const answer = await this.request({ ...request, path }, as);
      if (answer.status !== 200) return answer;
      merged = merged === undefined ? answer : mergedList(merged, answer);
    }
    return merged;
  }

  /** What would change what is not the run's is refused here, and never sent. */
  private refusal({ method }: ApiRequest, target: Target | undefined): ApiAnswer | undefined {
    if (method === 'GET' || target === undefined || this.options.isOwnCluster) return undefined;
    const { namespace, resource, name, root } = target;
    const { names } = this.options.namespaces;
    if (namespace !== undefined) {
      return names.has(namespace)
        ? undefined
        : forbidden(`namespace ${namespace} is not the run's`);
    }
    if (resource === 'namespaces') {
      return name === undefined || names.has(name)
        ? undefined
        : forbidden(`namespace ${name} is not the run's`);
    }
    if (resource === 'nodes') return forbidden(`nodes of this cluster are not the run's`);
    const isMade = this.made.some(({ path }) => path === `${root}/${resource}/${name ?? ''}`);
    if (name === undefined || isMade) return undefined;
    return forbidden(`${resource} ${name} was there before, and is not the run's`);
  }

  private note(path: string, target: Target, { body }: ApiAnswer): void {
    const { metadata = {}, kind = '' } = body as Partial<KubeObject>;
    const [collection = path, query = ''] = path.split('?');
    if (target.name !== undefined || query.includes('dryRun=')) return;
    const where = metadata.namespace === undefined ? '' : `-n ${metadata.namespace} `;
    this.made.push({
      path: `${collection}/${metadata.name ?? ''}`,
      title: `${where}${kind.toLowerCase()}/${metadata.name ?? ''}`,
    });
  }
}

interface Target {
  /** `/api/v1`, `/apis/apps/v1`. */
  readonly root: string;
  readonly namespace?: string;
  readonly resource: string;
  readonly name?: string;
}

function targetOf(path: string): Target | undefined {
  const match =
    /^(\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/([^/?]+)(?=\/[^?]))?\/([^/?]+)(?:\/([^/?]+))?/.exec(
      path,
    );
  if (match === null) return undefined;
  const [, root = '', namespace, resource = '', name] = match;
  return {
    root,
    resource,
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
  };
}

/** What the run makes says whose it is. */
function marked(request: ApiRequest, run: string): ApiRequest {
  const { body, method } = request;
  if (method !== 'POST' || typeof body !== 'object' || body === null) return request;
  const { metadata } = body as Partial<KubeObject>;
  if (metadata?.name === undefined && metadata?.generateName === undefined) return request;
  if (targetOf(request.path)?.name !== undefined) return request;
  const labels = { ...metadata.labels, [label]: run };
  return { ...request, body: { ...body, metadata: { ...metadata, labels } } };
}

function mergedList(one: ApiAnswer, other: ApiAnswer): ApiAnswer {
  const items = (answer: ApiAnswer): readonly unknown[] =>
    (answer.body as { readonly items?: readonly unknown[] | null }).items ?? [];
  return { ...one, body: { ...(one.body as object), items: [...items(one), ...items(other)] } };
}

function forbidden(message: string): ApiAnswer {
  const text = `${message}: --i-own-this-cluster lets it be changed`;
  const body = { kind: 'Status', status: 'Failure', reason: 'Forbidden', message: text, code: 403 };
  return { status: 403, headers: { 'content-type': 'application/json' }, body };
}
