/**
 * Deletes what a namespace holds: pods first, then all kinds that discovery tells of.
 * @upstream pkg/controller/namespace/deletion/namespaced_resources_deleter.go
 */
import type { Namespace, Pod } from '../../api/kinds/core.js';
import { namespaces } from '../../api/kinds/core.js';
import { deepEqual } from '../../api/equality.js';
import type { KubeObject } from '../../api/object.js';
import { aggregated } from '../../api/status.js';
import { timeMs } from '../../api/time.js';
import type { Reconciliation, Request } from '../../client/contract.js';
import { call, pathOf, update } from '../../client/requests.js';
import { discover, type ServedResource } from '../control/discovery.js';
import { namespaceConditions, type Findings } from './conditions.js';

/** What is left to do: when to look again, and what went wrong. */
export interface Remains {
  readonly estimateSeconds: number;
  readonly error?: string;
}

/** How long finalizers are given. */
const finalizerEstimateSeconds = 15;

/** Deletes, and tells what remains in the namespace's conditions. */
export function* deleteContent(namespace: Namespace, now: () => number): Reconciliation<Remains> {
  const { resources, failures } = yield* discover();
  const deletable = resources.filter(one => {
    return one.isNamespaced && one.isPreferred && one.verbs.includes('delete');
  });
  const total = new Total(failures);
  for (const resource of deletable.filter(isPods)) {
    total.add(resource, yield* deleteResource(resource, namespace, now()));
  }
  const podsRemain = total.remaining.size > 0;
  if (!podsRemain) {
    for (const resource of deletable.filter(one => !isPods(one))) {
      total.add(resource, yield* deleteResource(resource, namespace, now()));
    }
  }
  const findings = total.findings(podsRemain);
  const conditions = namespaceConditions(namespace, findings, now());
  if (!deepEqual(conditions, namespace.status?.conditions)) {
    const status = { ...namespace.status, conditions };
    yield* call(update(namespaces, { ...namespace, status }, 'status'));
  }
  return total.remains();
}

/** What is left of one resource. */
interface Left {
  readonly estimateSeconds: number;
  readonly count: number;
  readonly byFinalizer: ReadonlyMap<string, number>;
  readonly error?: string;
}

function* deleteResource(
  resource: ServedResource,
  { metadata }: Namespace,
  nowMs: number,
): Reconciliation<Left> {
  const namespace = metadata.name ?? '';
  const path = pathOf(resource, namespace);
  const failed = (error: string, estimateSeconds = 0): Left => {
    return { estimateSeconds, count: 0, byFinalizer: new Map(), error };
  };
  let estimate = 0;
  if (isPods(resource)) {
    const answer = yield* call<ItemList<Pod>>({ method: 'GET', path });
    if (!answer.isOk) return failed(answer.message);
    estimate = graceOf(answer.object.items ?? []);
    const elapsedMs = nowMs - (timeMs(metadata.deletionTimestamp) ?? nowMs);
    if (elapsedMs >= estimate * 1000) estimate = 0;
  }
  const error = yield* deleteItems(resource, path);
  if (error !== undefined) return failed(error, estimate);
  if (!resource.verbs.includes('list')) return { ...nothingLeft, estimateSeconds: estimate };
  const answer = yield* call<ItemList<KubeObject>>({ method: 'GET', path });
  if (!answer.isOk) {
    const isUnsupported = answer.status === 404 || answer.status === 405;
    return isUnsupported ? nothingLeft : failed(answer.message, estimate);
  }
  return leftOf(answer.object.items ?? [], resource, namespace, estimate);
}

function leftOf(
  items: readonly KubeObject[],
  resource: ServedResource,
  namespace: string,
  estimate: number,
): Left {
  if (items.length === 0) return nothingLeft;
  const byFinalizer = new Map<string, number>();
  for (const { metadata } of items) {
    for (const one of metadata.finalizers ?? []) {
      byFinalizer.set(one, (byFinalizer.get(one) ?? 0) + 1);
    }
  }
  const count = items.length;
  if (estimate > 0) return { estimateSeconds: estimate, count, byFinalizer };
  if (byFinalizer.size > 0) {
    return { estimateSeconds: finalizerEstimateSeconds, count, byFinalizer };
  }
  const gvr = `${resource.group}/${resource.version}, Resource=${resource.resource}`;
  const error = `unexpected items still remain in namespace: ${namespace} for gvr: ${gvr}`;
  return { estimateSeconds: 0, count, byFinalizer, error };
}

/** Deletes the collection, or one item after another where that is not served; returns the error. */
function* deleteItems(resource: ServedResource, path: string): Reconciliation<string | undefined> {
  const body = { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background' };
  if (resource.verbs.includes('deletecollection')) {
    const request: Request<unknown> = { method: 'DELETE', path, body };
    const answer = yield* call(request);
    if (answer.isOk) return undefined;
    if (answer.status !== 404 && answer.status !== 405) return answer.message;
  }
  if (!resource.verbs.includes('list')) return undefined;
  const listed = yield* call<ItemList<KubeObject>>({ method: 'GET', path });
  if (!listed.isOk) {
    const isUnsupported = listed.status === 404 || listed.status === 405;
    return isUnsupported ? undefined : listed.message;
  }
  for (const { metadata } of listed.object.items ?? []) {
    const answer = yield* call<unknown>({
      method: 'DELETE',
      path: `${path}/${metadata.name ?? ''}`,
      body,
    });
    if (!answer.isOk && answer.status !== 404 && answer.status !== 405) return answer.message;
  }
  return undefined;
}

/** Gathers what is left of all resources. */
class Total {
  readonly remaining = new Map<string, number>();
  private readonly byFinalizer = new Map<string, number>();
  private readonly contentErrors: string[] = [];
  private readonly errors: string[] = [];
  private estimateSeconds = 0;

  constructor(private readonly discoveryFailures: readonly string[]) {
    if (discoveryFailures.length > 0) this.errors.push(discoveryFailures.join(', '));
  }

  add(resource: ServedResource, left: Left): void {
    this.estimateSeconds = Math.max(this.estimateSeconds, left.estimateSeconds);
    if (left.error !== undefined) {
      this.contentErrors.push(left.error);
      this.errors.push(left.error);
    }
    if (left.count === 0) return;
    this.remaining.set(`${resource.resource}.${resource.group}`, left.count);
    for (const [finalizer, count] of left.byFinalizer) {
      this.byFinalizer.set(finalizer, (this.byFinalizer.get(finalizer) ?? 0) + count);
    }
  }

  /** While pods remain, upstream tells of errors but not yet of what remains. */
  findings(podsRemain: boolean): Findings {
    const { discoveryFailures, contentErrors } = this;
    const none = new Map<string, number>();
    return {
      discoveryFailures,
      contentErrors,
      remaining: podsRemain ? none : this.remaining,
      byFinalizer: podsRemain ? none : this.byFinalizer,
    };
  }

  remains(): Remains {
    const { estimateSeconds, errors } = this;
    return errors.length === 0
      ? { estimateSeconds }
      : { estimateSeconds, error: aggregated(errors) };
  }
}

/** The longest grace period of the pods that have not ended. */
function graceOf(pods: readonly Pod[]): number {
  let longest = 0;
  for (const { spec, status } of pods) {
    if (status?.phase === 'Succeeded' || status?.phase === 'Failed') continue;
    longest = Math.max(longest, spec?.terminationGracePeriodSeconds ?? 0);
  }
  return longest;
}

function isPods({ group, resource }: ServedResource): boolean {
  return group === '' && resource === 'pods';
}

const nothingLeft: Left = { estimateSeconds: 0, count: 0, byFinalizer: new Map() };

interface ItemList<T> {
  readonly items?: readonly T[];
}
