/** Approves requests, and has them signed by issuers of one sort. @upstream cert-manager v1.21.1 pkg/controller/certificaterequests */
import { deepEqual } from '../../api/equality.js';
import { secrets } from '../../api/kinds/core.js';
import { isConditionTrue, withCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../client/contract.js';
import { call, keyOf, splitKey, update, watch } from '../../client/requests.js';
import { readyReason } from './conditions.js';
import { keys } from './keys.js';
import { signBy, type Outcome } from './signing.js';
import {
  certificateRequests,
  clusterIssuers,
  group,
  issuers,
  referenceOf,
  typeOfIssuer,
  type CertificateRequest,
  type Issuer,
  type IssuerType,
  type RequestStatus,
} from './types.js';

const approvedMessage = 'Certificate request has been approved by cert-manager.io';
const readyMessage = 'Certificate fetched from issuer successfully';
const retry = { baseMs: 5_000, maxMs: 300_000 };

/** Approves all requests to the issuers of cert-manager itself. */
export const approverController: ControllerDefinition = {
  name: 'certificaterequests-approver',
  eventSource: 'cert-manager-certificaterequests-approver',
  create: context => ({
    retry,
    watches: [watch(certificateRequests, { on: ({ object }) => context.queue.add(keyOf(object)) })],
    reconcile: (key, view) => approve(key, view, context),
  }),
};

function* approve(key: string, view: View, context: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const request = view.get(certificateRequests, namespace, name);
  if (request === undefined || referenceOf(request.spec.issuerRef).group !== group) {
    return undefined;
  }
  const { conditions } = request.status ?? {};
  const isJudged = ['Approved', 'Denied'].some(type => isConditionTrue(conditions, type));
  if (isJudged || ['Failed', 'Issued'].includes(readyReason(request))) return undefined;
  const condition = {
    ...{ type: 'Approved', status: 'True', reason: group, message: approvedMessage },
    lastTransitionTime: rfc3339(context.clock.now()),
  };
  const status = { ...request.status, conditions: withCondition(conditions, condition) };
  const answer = yield* call(update(certificateRequests, { ...request, status }, 'status'));
  if (!answer.isOk) return { retry: answer.message };
  const told = { type: 'Normal', reason: group, message: approvedMessage } as const;
  context.events.record({ regarding: request, ...told });
  return undefined;
}

/** The controller of the issuers of these types. */
export function requestController(
  name: string,
  types: readonly IssuerType[],
): ControllerDefinition {
  return {
    name: `certificaterequests-issuer-${name}`,
    eventSource: `cert-manager-certificaterequests-issuer-${name}`,
    create: context => ({
      retry,
      watches: watchesOf(context),
      reconcile: (key, view) => sync(key, view, { context, types }),
    }),
  };
}

function watchesOf({ queue, view }: ControllerContext) {
  const onIssuer = ({ object }: { readonly object: Issuer }): void => {
    const { namespace = '', name } = object.metadata;
    const kind = namespace === '' ? 'ClusterIssuer' : 'Issuer';
    for (const request of view.list(certificateRequests, namespace || undefined)) {
      const reference = referenceOf(request.spec.issuerRef);
      if (reference.name === name && reference.kind === kind) queue.add(keyOf(request));
    }
  };
  return [
    watch(certificateRequests, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(issuers, { on: onIssuer }),
    watch(clusterIssuers, { on: onIssuer }),
    watch(secrets, {
      on: ({ object }) => {
        const { name = '', namespace = '' } = object.metadata;
        for (const request of view.list(certificateRequests, namespace)) {
          if (request.metadata.annotations?.[keys.privateKeySecret] === name) {
            queue.add(keyOf(request));
          }
        }
      },
    }),
  ];
}

interface Means {
  readonly context: ControllerContext;
  readonly types: readonly IssuerType[];
}

function* sync(key: string, view: View, { context, types }: Means): Reconciliation {
  const { namespace, name } = splitKey(key);
  const request = view.get(certificateRequests, namespace, name);
  if (request === undefined || referenceOf(request.spec.issuerRef).group !== group) {
    return undefined;
  }
  const status = statusOf(request, { view, context, types });
  if (status === undefined || deepEqual(status, request.status ?? {})) return undefined;
  const answer = yield* call(update(certificateRequests, { ...request, status }, 'status'));
  return answer.isOk ? undefined : { retry: answer.message };
}

/** The status after this pass; undefined where there is nothing to do. */
function statusOf(
  request: CertificateRequest,
  { view, context, types }: Means & { readonly view: View },
): RequestStatus | undefined {
  const { conditions } = request.status ?? {};
  const now = rfc3339(context.clock.now());
  if (isConditionTrue(conditions, 'Denied')) return denied(request, now);
  if (isConditionTrue(conditions, 'InvalidRequest')) return undefined;
  const record = (type: 'Normal' | 'Warning', reason: string, message: string): void =>
    context.events.record({ regarding: request, type, reason, message });
  if (!isConditionTrue(conditions, 'Approved')) {
    record('Normal', 'WaitingForApproval', 'Not signing CertificateRequest until it is Approved');
    return undefined;
  }
  if (['Failed', 'Issued'].includes(readyReason(request))) return undefined;
  const outcome = outcomeOf(request, { view, context, types });
  return outcome === undefined ? undefined : told(request, outcome, { now, record });
}

function outcomeOf(
  request: CertificateRequest,
  { view, context, types }: Means & { readonly view: View },
): Outcome | undefined {
  const { name, kind } = referenceOf(request.spec.issuerRef);
  const issuer =
    kind === 'ClusterIssuer'
      ? view.get(clusterIssuers, '', name)
      : view.get(issuers, request.metadata.namespace ?? '', name);
  if (issuer === undefined) {
    const error = `${kind.toLowerCase()}.cert-manager.io "${name}" not found`;
    const message = `Referenced "${kind}" not found: ${error}`;
    return { kind: 'pending', reason: 'IssuerNotFound', message };
  }
  const type = typeOfIssuer(issuer);
  if (type === undefined || !types.includes(type)) return undefined;
  if (!isConditionTrue(issuer.status?.conditions, 'Ready')) {
    const message = 'Referenced issuer does not have a Ready status condition';
    return { kind: 'pending', reason: 'IssuerNotReady', message };
  }
  if (request.status?.certificate) return undefined;
  return signBy(issuer, request, {
    view,
    nowMs: context.clock.now(),
    random: context.random.fork(request.metadata.uid ?? ''),
  });
}

function told(
  request: CertificateRequest,
  outcome: Outcome,
  means: {
    readonly now: string;
    record(type: 'Normal' | 'Warning', reason: string, message: string): void;
  },
): RequestStatus {
  const { now, record } = means;
  const before = request.status ?? {};
  const ready = (status: 'True' | 'False', reason: string, message: string) =>
    withCondition(before.conditions, {
      ...{ type: 'Ready', status, reason, message },
      lastTransitionTime: now,
    });
  switch (outcome.kind) {
    case 'pending':
      if (readyReason(request) !== 'Pending') record('Normal', outcome.reason, outcome.message);
      return { ...before, conditions: ready('False', 'Pending', outcome.message) };
    case 'failed':
      record('Warning', outcome.reason, outcome.message);
      return {
        ...before,
        failureTime: before.failureTime ?? now,
        conditions: ready('False', 'Failed', outcome.message),
      };
    case 'issued':
      for (const warning of outcome.warnings) record('Warning', 'BadConfig', warning);
      record('Normal', 'CertificateIssued', readyMessage);
      return {
        ...before,
        ...{ certificate: outcome.certificate, ca: outcome.ca },
        conditions: ready('True', 'Issued', readyMessage),
      };
  }
}

function denied(request: CertificateRequest, now: string): RequestStatus {
  const before = request.status ?? {};
  const message = 'The CertificateRequest was denied by an approval controller';
  const condition = { type: 'Ready', status: 'False', reason: 'Denied', message };
  return {
    ...before,
    failureTime: before.failureTime ?? now,
    conditions: withCondition(before.conditions, { ...condition, lastTransitionTime: now }),
  };
}
