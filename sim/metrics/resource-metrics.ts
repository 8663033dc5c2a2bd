/**
 * metrics.k8s.io/v1beta1: what nodes and pods use.
 * @upstream kubernetes-sigs/metrics-server pkg/api/node.go, pod.go
 */
import { printDuration } from '../api/duration.js';
import { compareText } from '../api/go-text.js';
import type { ObjectMeta } from '../api/kinds/meta.js';
import {
  isFailure,
  methodNotSupported,
  notFound,
  pathNotFound,
  type Failure,
} from '../api/status.js';
import { rfc3339 } from '../api/time.js';
import {
  metricsApi,
  selectionIn,
  unavailable,
  type MetricsApi,
  type MetricsRequest,
} from './aggregated-api.js';
import { includedAs, metricsTable, tableVersion, type ResourceMetrics } from './metrics-table.js';
import type { MeasuredPod, MeasuredUsage } from './usage-store.js';

const group = 'metrics.k8s.io';
const apiVersion = `${group}/v1beta1`;

/** Where the API reads from. */
export interface MetricsSource {
  /** Undefined: not measured yet. */
  node(name: string): MeasuredUsage | undefined;
  pod(namespace: string, name: string): MeasuredPod | undefined;
  /** Whether it runs and has measured something. */
  isAvailable(): boolean;
  now(): number;
  /** The metadata of the nodes and pods that are there. */
  nodes(): readonly ObjectMeta[];
  pods(namespace: string): readonly ObjectMeta[];
}

/** The resource metrics API. */
export function resourceMetricsApi(source: MetricsSource): MetricsApi {
  const kinds = { nodes: new NodeMetricsKind(source), pods: new PodMetricsKind(source) };
  const resources = [
    resourceEntry('nodes', 'NodeMetrics', false),
    resourceEntry('pods', 'PodMetrics', true),
  ];
  return metricsApi(
    () => resources,
    request => {
      if (!source.isAvailable()) return unavailable;
      const [resource = '', name, ...rest] = request.segments;
      if ((resource !== 'nodes' && resource !== 'pods') || rest.length > 0) return pathNotFound();
      const kind = kinds[resource];
      if (request.namespace !== '' && resource === 'nodes') return pathNotFound();
      if (['true', '1'].includes(request.parameter('watch'))) {
        return methodNotSupported({ group, resource }, 'watch');
      }
      return name === undefined ? listed(kind, request) : got(kind, request, name);
    },
  );
}

function resourceEntry(name: string, kind: string, isNamespaced: boolean) {
  return { name, singularName: '', namespaced: isNamespaced, kind, verbs: ['get', 'list'] };
}

function listed(kind: MetricsKind, request: MetricsRequest): unknown {
  const chosen = chosenOf(kind, request);
  if (isFailure(chosen)) return chosen;
  const items: ResourceMetrics[] = [];
  for (const metadata of chosen) {
    const metrics = kind.metricsOf(metadata);
    if (metrics !== undefined) items.push(metrics);
  }
  const version = tableVersion(request.accept);
  if (version !== undefined) {
    const include = includedAs(request.parameter('includeObject'), version, kindOf(kind));
    return metricsTable(items, version, include);
  }
  return { kind: `${kind.kind}List`, apiVersion, metadata: {}, items };
}

/** What a request chose last, and of what: as long as nothing has changed that is told or chosen by. */
const lastChosen = new WeakMap<
  MetricsRequest,
  { readonly all: readonly ObjectMeta[]; readonly chosen: readonly ObjectMeta[] }
>();

/** The metadata of what the request is about, in the order of namespaces and names. */
function chosenOf(kind: MetricsKind, request: MetricsRequest): readonly ObjectMeta[] | Failure {
  const all = kind.all(request.namespace);
  const last = lastChosen.get(request);
  if (last !== undefined && areAlike(last.all, all)) return last.chosen;
  const isMeant = selectionIn(request);
  if (isFailure(isMeant)) return isMeant;
  const chosen = all.filter(isMeant).sort(byKey);
  lastChosen.set(request, { all, chosen });
  return chosen;
}

/** Whether these are the same, under the same labels: nodes write their statuses all the time. */
function areAlike(before: readonly ObjectMeta[], all: readonly ObjectMeta[]): boolean {
  if (before === all) return true;
  if (before.length !== all.length) return false;
  for (let place = 0; place < all.length; place++) {
    const [old, now] = [before[place] as ObjectMeta, all[place] as ObjectMeta];
    const isSame =
      old === now ||
      (old.name === now.name && old.namespace === now.namespace && old.labels === now.labels);
    if (!isSame) return false;
  }
  return true;
}

function got(kind: MetricsKind, request: MetricsRequest, name: string): unknown {
  const { namespace } = request;
  const found = kind.all(namespace).find(metadata => metadata.name === name);
  if (found === undefined) return kind.missing(name);
  const metrics = kind.metricsOf(found);
  if (metrics === undefined) {
    const resource = kind.kind.toLowerCase();
    return notFound({ group, resource }, namespace === '' ? name : `${namespace}/${name}`);
  }
  const version = tableVersion(request.accept);
  if (version === undefined) return { ...kindOf(kind), ...metrics };
  const include = includedAs(request.parameter('includeObject'), version, kindOf(kind));
  return metricsTable([metrics], version, include);
}

function kindOf({ kind }: MetricsKind): { readonly kind: string; readonly apiVersion: string } {
  return { kind, apiVersion };
}

function byKey(a: ObjectMeta, b: ObjectMeta): number {
  return (
    compareText(a.namespace ?? '', b.namespace ?? '') || compareText(a.name ?? '', b.name ?? '')
  );
}

interface MetricsKind {
  readonly kind: string;
  all(namespace: string): readonly ObjectMeta[];
  metricsOf(metadata: ObjectMeta): ResourceMetrics | undefined;
  missing(name: string): Failure;
}

class NodeMetricsKind implements MetricsKind {
  readonly kind = 'NodeMetrics';

  constructor(private readonly source: MetricsSource) {}

  all(): readonly ObjectMeta[] {
    return this.source.nodes();
  }

  metricsOf({ name = '', labels }: ObjectMeta): ResourceMetrics | undefined {
    const found = this.source.node(name);
    if (found === undefined) return undefined;
    const creationTimestamp = rfc3339(this.source.now());
    const { timestamp, window } = timesOf(found);
    // Field by field: autoscalers ask for many of them all the time.
    const metadata =
      labels === undefined ? { name, creationTimestamp } : { name, creationTimestamp, labels };
    return { metadata, timestamp, window, usage: found.usage };
  }

  missing(name: string): Failure {
    return notFound({ group: '', resource: 'node' }, name);
  }
}

class PodMetricsKind implements MetricsKind {
  readonly kind = 'PodMetrics';

  constructor(private readonly source: MetricsSource) {}

  all(namespace: string): readonly ObjectMeta[] {
    return this.source.pods(namespace);
  }

  metricsOf({ name = '', namespace = '', labels }: ObjectMeta): ResourceMetrics | undefined {
    const found = this.source.pod(namespace, name);
    if (found === undefined) return undefined;
    const creationTimestamp = rfc3339(this.source.now());
    const { timestamp, window } = timesOf(found);
    const metadata =
      labels === undefined
        ? { name, namespace, creationTimestamp }
        : { name, namespace, creationTimestamp, labels };
    return { metadata, timestamp, window, containers: found.containers };
  }

  missing(name: string): Failure {
    return notFound({ group: '', resource: 'pods' }, name);
  }
}

function timesOf(found: { readonly timeMs: number; readonly windowMs: number }) {
  return { timestamp: rfc3339(found.timeMs), window: printDuration(found.windowMs * 1e6) };
}
