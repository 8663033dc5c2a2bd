/** Brings a component's or a graph's Service of Knative to what it should be. @upstream kserve v0.20.0 reconcilers/knative/ksvc_reconciler.go */
import { deepEqual } from '../../../api/equality.js';
import { isDeleting } from '../../../api/meta.js';
import type { Answer, Reconciliation } from '../../../client/contract.js';
import { call, create, get, remove, update } from '../../../client/requests.js';
import { keys as knativeKeys } from '../../knative/keys.js';
import { knativeServices, type KnativeService } from '../../knative/types.js';
import { isStopped } from '../keys.js';
import { ownAnnotations } from './desired.js';

/** Its status. */
export type ServiceStatus = NonNullable<KnativeService['status']>;

/** Gives the Service's status as it is known, or why it could not be made. */
export function* reconcileKnativeService(
  desired: KnativeService,
): Reconciliation<ServiceStatus | string> {
  const { namespace = '', name = '' } = desired.metadata;
  const isStopping = isStopped({ metadata: desired.spec.template?.metadata ?? {} });
  const found = yield* call(get(knativeServices, namespace, name));
  if (!found.isOk) {
    if (found.status !== 404) return failed(found);
    return isStopping ? {} : statusOf(yield* call(create(knativeServices, desired)), '');
  }
  const current = found.object;
  if (!isStopping) return yield* changed(desired, current);
  if (!isDeleting(current)) {
    const answer = yield* call(remove(knativeServices, namespace, name));
    if (!answer.isOk && answer.status !== 404) return failed(answer);
  }
  return current.status ?? {};
}

function* changed(
  desired: KnativeService,
  current: KnativeService,
): Reconciliation<ServiceStatus | string> {
  const { resourceVersion, annotations = {} } = current.metadata;
  const users = only(annotations, [knativeKeys.creator, knativeKeys.updater]);
  const trial = {
    ...desired,
    metadata: {
      ...desired.metadata,
      ...(resourceVersion !== undefined && { resourceVersion }),
      annotations: { ...desired.metadata.annotations, ...users },
    },
  };
  // A trial update tells what the wanted one looks like with the defaults of Knative's webhook.
  const request = update(knativeServices, trial);
  const tried = yield* call<KnativeService>({ ...request, path: `${request.path}?dryRun=All` });
  if (!tried.isOk) return failed(tried);
  const { spec, metadata } = tried.object;
  const isSame =
    deepEqual(spec, current.spec) &&
    deepEqual(metadata.labels, current.metadata.labels) &&
    deepEqual(only(metadata.annotations ?? {}, ownAnnotations), only(annotations, ownAnnotations));
  // Upstream writes in any case, to no effect.
  if (isSame) return current.status ?? {};
  const next = {
    ...current,
    spec,
    metadata: {
      ...current.metadata,
      ...(metadata.labels !== undefined && { labels: metadata.labels }),
      annotations: {
        ...Object.fromEntries(
          Object.entries(annotations).filter(([key]) => !ownAnnotations.includes(key)),
        ),
        ...only(metadata.annotations ?? {}, ownAnnotations),
      },
    },
  };
  return statusOf(yield* call(update(knativeServices, next)));
}

function statusOf(answer: Answer<KnativeService>, prefix?: string): ServiceStatus | string {
  return answer.isOk ? (answer.object.status ?? {}) : failed(answer, prefix);
}

function failed(answer: Answer<unknown>, prefix = 'fails to reconcile knative service: '): string {
  return `${prefix}${answer.isOk ? '' : answer.message}`;
}

function only(
  texts: Readonly<Record<string, string>>,
  wanted: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => wanted.includes(key)));
}
