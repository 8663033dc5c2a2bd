/** Makes the Certificates that annotated Ingresses want. @upstream cert-manager v1.21.1 pkg/controller/certificate-shim/{sync.go,ingresses/controller.go} */
import { ingresses, type Ingress } from '../../../api/kinds/networking.js';
import { isControlledBy, isDeleting } from '../../../api/meta.js';
import type {
  ControllerContext,
  ControllerDefinition,
  Reconciliation,
  View,
} from '../../../client/contract.js';
import {
  addOwner,
  call,
  create,
  keyOf,
  remove,
  splitKey,
  update,
  watch,
} from '../../../client/requests.js';
import { certificates, type Certificate, type IssuerReference } from '../types.js';
import {
  asksForCertificates,
  certificateFor,
  duplicates,
  isOutdated,
  issuerFor,
  missingFrom,
} from './wanted.js';

/** The controller. */
export const ingressShim: ControllerDefinition = {
  name: 'ingress-shim',
  eventSource: 'cert-manager-ingress-shim',
  create: context => ({
    retry: { baseMs: 5_000, maxMs: 300_000 },
    watches: [
      watch(ingresses, { on: ({ object }) => context.queue.add(keyOf(object)) }),
      watch(certificates, { on: addOwner(context.queue, ingresses) }),
    ],
    reconcile: (key, view) => sync(key, view, context),
  }),
};

type Tell = (type: 'Normal' | 'Warning', reason: string, message: string) => void;

function* sync(key: string, view: View, { events }: ControllerContext): Reconciliation {
  const { namespace, name } = splitKey(key);
  const ingress = view.get(ingresses, namespace, name);
  if (ingress === undefined || isDeleting(ingress) || !asksForCertificates(ingress)) return;
  if (ingress.metadata.finalizers?.includes('foregroundDeletion')) return;
  const record: Tell = (type, reason, message) =>
    events.record({ regarding: ingress, type, reason, message });
  const issuer = issuerFor(ingress);
  if ('why' in issuer) {
    const text = 'Could not determine issuer for ingress due to bad annotations';
    record('Warning', 'BadConfig', `${text}: ${issuer.why}`);
    return;
  }
  const fault = duplicates(ingress);
  if (fault !== undefined) {
    record('Warning', 'BadConfig', fault);
    return;
  }
  const changes = changesFor(ingress, view, { issuer, record });
  if ('bad' in changes) return { retry: changes.bad };
  return (yield* write(changes, record)) ?? (yield* removeRest(ingress, view, record));
}

interface Changes {
  readonly fresh: readonly Certificate[];
  readonly changed: readonly Certificate[];
}

function changesFor(
  ingress: Ingress,
  view: View,
  { issuer, record }: { readonly issuer: IssuerReference; readonly record: Tell },
): Changes | { readonly bad: string } {
  const fresh: Certificate[] = [];
  const changed: Certificate[] = [];
  for (const [index, block] of (ingress.spec?.tls ?? []).entries()) {
    const missing = missingFrom(block, index);
    if (missing !== undefined) {
      record('Warning', 'BadConfig', `Skipped a TLS block: ${missing}`);
      continue;
    }
    const wanted = certificateFor(ingress, block, issuer);
    if ('bad' in wanted) return wanted;
    const { namespace = '', labels } = wanted.metadata;
    const there = view.get(certificates, namespace, block.secretName ?? '');
    if (there === undefined) fresh.push(wanted);
    else if (isControlledBy(there, ingress) && isOutdated(there, wanted)) {
      const { labels: _, ...metadata } = there.metadata;
      const kept = { ...metadata, ...(labels && { labels }) };
      changed.push({ ...there, metadata: kept, spec: wanted.spec });
    }
  }
  return { fresh, changed };
}

function* write({ fresh, changed }: Changes, record: Tell): Reconciliation {
  for (const certificate of fresh) {
    const answer = yield* call(create(certificates, certificate));
    if (!answer.isOk) return { retry: answer.message };
    const text = `Successfully created Certificate "${certificate.metadata.name ?? ''}"`;
    record('Normal', 'CreateCertificate', text);
  }
  for (const certificate of changed) {
    const answer = yield* call(update(certificates, certificate));
    if (!answer.isOk) return { retry: answer.message };
    const text = `Successfully updated Certificate "${certificate.metadata.name ?? ''}"`;
    record('Normal', 'UpdateCertificate', text);
  }
  return undefined;
}

/** Those that are its own, and whose Secret it no longer names. */
function* removeRest(ingress: Ingress, view: View, record: Tell): Reconciliation {
  const { namespace = '' } = ingress.metadata;
  const used = new Set((ingress.spec?.tls ?? []).map(({ secretName = '' }) => secretName));
  for (const certificate of view.list(certificates, namespace)) {
    const { secretName } = certificate.spec;
    if (!isControlledBy(certificate, ingress) || used.has(secretName)) continue;
    const { name = '' } = certificate.metadata;
    const answer = yield* call(remove(certificates, namespace, name));
    if (!answer.isOk) return { retry: answer.message };
    const text = `Successfully deleted unrequired Certificate "${name}"`;
    record('Normal', 'DeleteCertificate', text);
  }
  return undefined;
}
