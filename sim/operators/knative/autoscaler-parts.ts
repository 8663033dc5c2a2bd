/** What both classes of autoscalers make: a ServerlessService, and for one of them a Metric. @upstream knative/serving v1.22.1 pkg/reconciler/autoscaling/reconciler.go */
import { deepEqual } from '../../api/equality.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { create, update } from '../../client/requests.js';
import { done, type Draft } from './draft.js';
import { keys } from './keys.js';
import { panicWindowOf, stableWindowOf } from './scale-spec.js';
import type { AutoscalerSettings } from './settings.js';
import {
  metrics,
  podAutoscalers,
  serverlessServices,
  type Metric,
  type PodAutoscalerObject,
  type PodAutoscalerStatus,
  type ServerlessService,
} from './types.js';

/** A pass over an autoscaler. */
export type AutoscalerPass = Draft<PodAutoscalerStatus, PodAutoscalerObject>;

/** What stands behind the revision's Service, and of how many activators. */
export interface Serving {
  readonly mode: 'Proxy' | 'Serve';
  readonly activators: number;
}

const nanosecondsPerMs = 1e6;

/** Makes the ServerlessService what it should be. */
export function* reconcileServerlessService(
  draft: AutoscalerPass,
  { mode, activators }: Serving,
): Reconciliation<ServerlessService | string> {
  const { name, namespace, object } = draft;
  const { metadata, spec } = object;
  const annotations = Object.entries(metadata.annotations ?? {});
  const wanted: ServerlessService = {
    metadata: {
      name,
      namespace,
      labels: metadata.labels ?? {},
      annotations: Object.fromEntries(annotations.filter(([key]) => key !== keys.metric)),
      ownerReferences: [ownerReference(object, podAutoscalers)],
    },
    spec: {
      mode,
      objectRef: spec.scaleTargetRef,
      protocolType: spec.protocolType,
      ...(activators > 0 && { numActivators: activators }),
    },
  };
  const existing = draft.view.get(serverlessServices, namespace, name);
  if (existing === undefined) {
    return yield* done(create(serverlessServices, wanted), `error creating SKS ${name}`);
  }
  if (!isControlledBy(existing, object)) return notOwned(draft, 'ServerlessService', 'SKS');
  if (deepEqual(existing.spec, wanted.spec)) return existing;
  const request = update(serverlessServices, { ...existing, spec: wanted.spec });
  return yield* done(request, `error updating SKS ${name}`);
}

/** Makes the Metric what it should be. */
export function* reconcileMetric(
  draft: AutoscalerPass,
  scrapeTarget: string,
  settings: AutoscalerSettings,
): Reconciliation<string | undefined> {
  const { name, namespace, object } = draft;
  const wanted: Metric = {
    metadata: {
      name,
      namespace,
      labels: object.metadata.labels ?? {},
      annotations: object.metadata.annotations ?? {},
      ownerReferences: [ownerReference(object, podAutoscalers)],
    },
    spec: {
      stableWindow: stableWindowOf(object, settings) * nanosecondsPerMs,
      panicWindow: panicWindowOf(object, settings) * nanosecondsPerMs,
      scrapeTarget,
    },
  };
  const existing = draft.view.get(metrics, namespace, name);
  if (existing === undefined) {
    return failureOf(yield* done(create(metrics, wanted), 'error creating metric'));
  }
  if (!isControlledBy(existing, object)) return notOwned(draft, 'Metric', 'Metric');
  if (deepEqual(existing.spec, wanted.spec)) return undefined;
  const request = update(metrics, { ...existing, spec: wanted.spec });
  return failureOf(yield* done(request, 'error updating metric'));
}

function failureOf(answer: unknown): string | undefined {
  return typeof answer === 'string' ? answer : undefined;
}

function notOwned({ conditions, name }: AutoscalerPass, kind: string, short: string): string {
  const message = `There is an existing ${kind} "${name}" that we do not own.`;
  conditions.setFalse('Active', 'NotOwned', message);
  return `PA: ${name} does not own ${short}: ${name}`;
}
