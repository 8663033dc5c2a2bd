/** What belongs to a Certificate. @upstream cert-manager v1.21.1 internal/controller/certificates/{certificates.go,policies/gatherer.go} */
import { secrets, type Secret } from '../../api/kinds/core.js';
import { isControlledBy } from '../../api/meta.js';
import type { View } from '../../client/contract.js';
import { keys } from './keys.js';
import type { Input } from './policies.js';
import {
  certificateRequests,
  certificates,
  type Certificate,
  type CertificateRequest,
} from './types.js';

/** The requests that are the Certificate's own. */
export function ownRequests(view: View, certificate: Certificate): readonly CertificateRequest[] {
  return view
    .list(certificateRequests, certificate.metadata.namespace ?? '')
    .filter(request => isControlledBy(request, certificate));
}

/** The revision that a request is for; undefined where it tells none. */
export function revisionOf({ metadata }: CertificateRequest): number | undefined {
  const text = metadata.annotations?.[keys.revision] ?? '';
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/** The revision that is issued next. */
export function nextRevision({ status }: Certificate): number {
  return (status?.revision ?? 0) + 1;
}

/** The Secret that the Certificate is to be in. */
export function targetOf(view: View, { metadata, spec }: Certificate): Secret | undefined {
  return view.get(secrets, metadata.namespace ?? '', spec.secretName);
}

/** All that a Certificate is judged by. */
export function inputFor(view: View, certificate: Certificate): Input {
  const requests = ownRequests(view, certificate);
  const { revision } = certificate.status ?? {};
  const of = (wanted: number | undefined) =>
    wanted === undefined ? undefined : requests.find(one => revisionOf(one) === wanted);
  return {
    certificate,
    secret: targetOf(view, certificate),
    current: of(revision),
    next: of(nextRevision(certificate)),
  };
}

/** Whether the Secret is this Certificate's: others may name it too. */
export function ownsSecret(view: View, certificate: Certificate): boolean {
  const { namespace = '', name = '' } = certificate.metadata;
  const rivals = view
    .list(certificates, namespace)
    .filter(({ spec }) => spec.secretName === certificate.spec.secretName)
    .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
    .map(({ metadata }) => metadata.name ?? '');
  const annotated = targetOf(view, certificate)?.metadata.annotations?.[keys.certificateName];
  const owner = annotated !== undefined && rivals.includes(annotated) ? annotated : rivals[0];
  return owner === name;
}

function orderOf({ metadata }: Certificate): string {
  return `${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`;
}
