/** Tells what the running pods of namespaces with a quota use. @upstream scheduler-plugins v0.34.7 pkg/controllers/elasticquota_controller.go */
import { pods, type Container, type Pod } from '../../api/kinds/core.js';
import { compareQuantities, zero, type Quantity } from '../../api/quantity.js';
import { addTo, amountsOf, listOf, raiseTo } from '../../api/quota/amounts.js';
import {
  defaultRetryPolicy,
  type ControllerContext,
  type ControllerDefinition,
  type Reconciliation,
} from '../../client/contract.js';
import { call, keyOf, patch, splitKey, watch } from '../../client/requests.js';
import { elasticQuotas, type ElasticQuota, type Quantities } from './types.js';

/** The controller; it looks at a namespace for each of its pods. */
export const elasticQuotaController: ControllerDefinition = {
  name: 'elasticquota',
  eventSource: 'ElasticQuotaController',
  create: context => ({
    retry: defaultRetryPolicy,
    workers: 1,
    watches: [
      watch(pods, { on: ({ object }) => context.queue.add(keyOf(object)) }),
      watch(elasticQuotas, { on: ({ object }) => context.queue.add(keyOf(object)) }),
    ],
    reconcile: key => sync(key, context),
  }),
};

function* sync(key: string, { view, events }: ControllerContext): Reconciliation {
  const { namespace } = splitKey(key);
  const [quota] = view.list(elasticQuotas, namespace);
  if (quota === undefined) return undefined;
  const used = usedOf(quota, view.list(pods, namespace));
  const old = quota.status?.used;
  if (old !== undefined && isSame(used, old)) return undefined;
  const { name = '' } = quota.metadata;
  const gone = Object.keys(old ?? {}).filter(resource => used[resource] === undefined);
  const fields = { ...used, ...Object.fromEntries(gone.map(resource => [resource, null])) };
  const of = { namespace, name, subresource: 'status' };
  const answer = yield* call(
    patch(elasticQuotas, of, { type: 'merge' }, { status: { used: fields } }),
  );
  if (!answer.isOk) return { retry: answer.message };
  events.record({
    regarding: quota,
    type: 'Normal',
    reason: 'Synced',
    // It names what woke it: mostly a pod.
    message: `Elastic Quota ${key} synced successfully`,
  });
  return undefined;
}

function isSame(a: Quantities, b: Quantities): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every(name => b[name] !== undefined && compareQuantities(a[name], b[name]) === 0)
  );
}

/** What the running pods ask for, with a zero for all that the quota names. */
export function usedOf({ spec }: ElasticQuota, all: readonly Pod[]): Quantities {
  const used = new Map<string, Quantity>();
  for (const name of Object.keys({ ...spec.min, ...spec.max })) used.set(name, zero);
  for (const pod of all) if (pod.status?.phase === 'Running') addTo(used, requestOf(pod));
  return listOf(used);
}

/** Upstream works the overhead out and forgets it. */
function requestOf({ spec }: Pod): Map<string, Quantity> {
  const sum = new Map<string, Quantity>();
  for (const container of spec?.containers ?? []) addTo(sum, askedBy(container));
  for (const container of spec?.initContainers ?? []) raiseTo(sum, askedBy(container));
  return sum;
}

function askedBy({ resources }: Container): Map<string, Quantity> {
  return amountsOf(resources?.requests);
}
