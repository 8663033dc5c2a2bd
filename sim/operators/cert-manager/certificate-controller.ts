/** What the controllers of Certificates share: each looks at one part of an issuance. @upstream cert-manager v1.21.1 pkg/controller/certificates */
import { secrets } from '../../api/kinds/core.js';
import { isConditionTrue, isDeleting, withCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type {
  Change,
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../client/contract.js';
import type { Secret } from '../../api/kinds/core.js';
import { addOwner, call, keyOf, splitKey, update, watch } from '../../client/requests.js';
import {
  certificateRequests,
  certificates,
  type Certificate,
  type CertificateStatus,
  type CertCondition,
} from './types.js';

/** What one pass over one Certificate has. */
export interface Work {
  readonly view: View;
  readonly context: ControllerContext;
  readonly nowMs: number;
  record(type: 'Normal' | 'Warning', reason: string, message: string): void;
}

/** A pass over a Certificate that stays. */
export type Sync = (certificate: Certificate, work: Work) => Reconciliation;

/** One of the controllers. */
export function certificateController(name: string, sync: Sync): ControllerDefinition {
  return {
    name: `certificates-${name}`,
    eventSource: `cert-manager-certificates-${name}`,
    create: context => ({
      retry: { baseMs: 1_000, maxMs: 30_000 },
      watches: watchesOf(context),
      reconcile: (key, view) => begin(key, { view, context, sync }),
    }),
  };
}

function* begin(
  key: string,
  { view, context, sync }: { view: View; context: ControllerContext; sync: Sync },
): Reconciliation {
  const { namespace, name } = splitKey(key);
  const certificate = view.get(certificates, namespace, name);
  if (certificate === undefined || isDeleting(certificate)) return undefined;
  return yield* sync(certificate, {
    ...{ view, context, nowMs: context.clock.now() },
    record: (type, reason, message) =>
      context.events.record({ regarding: certificate, type, reason, message }),
  });
}

/** Secrets wake the Certificates that own them, and those that are to be in them. */
function watchesOf({ queue, view }: ControllerContext) {
  const ofOwner = addOwner(queue, certificates);
  const onSecret = (change: Change<Secret>): void => {
    const { name, namespace = '' } = change.object.metadata;
    ofOwner(change);
    for (const certificate of view.list(certificates, namespace)) {
      if (certificate.spec.secretName === name) queue.add(keyOf(certificate));
    }
  };
  return [
    watch(certificates, { on: ({ object }) => queue.add(keyOf(object)) }),
    watch(certificateRequests, { on: ofOwner }),
    watch(secrets, { on: onSecret }),
  ];
}

/** Whether an issuance is under way. */
export function isIssuing({ status }: Certificate): boolean {
  return isConditionTrue(status?.conditions, 'Issuing');
}

/** The status with this condition. */
export function withOne(
  { metadata, status = {} }: Certificate,
  condition: CertCondition,
  nowMs: number,
): CertificateStatus {
  const whole = {
    ...condition,
    lastTransitionTime: rfc3339(nowMs),
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
  };
  return { ...status, conditions: withCondition(status.conditions, whole) };
}

/** Writes the status; undefined when it is written. */
export function* writeStatus(
  certificate: Certificate,
  status: CertificateStatus,
): Reconciliation<{ readonly retry: string } | undefined> {
  const answer = yield* call(update(certificates, { ...certificate, status }, 'status'));
  return answer.isOk ? undefined : { retry: answer.message };
}
