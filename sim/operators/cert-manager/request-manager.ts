/** Makes the requests of issuances. @upstream cert-manager v1.21.1 pkg/controller/certificates/requestmanager/requestmanager_controller.go */
import { secrets } from '../../api/kinds/core.js';
import { findCondition, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, remove } from '../../client/requests.js';
import { certificateController, isIssuing, type Work } from './certificate-controller.js';
import { nextRevision, ownRequests, revisionOf } from './gatherer.js';
import { keys } from './keys.js';
import { requestViolations } from './match.js';
import { materialOf, requestOf, toBytes } from './material.js';
import { areEqual } from '../../api/pki/certificate.js';
import type { PrivateKey } from '../../api/pki/keys.js';
import { signingRequest } from '../../api/pki/request.js';
import {
  certificateRequests,
  certificates,
  type Certificate,
  type CertificateRequest,
  type CertificateSpec,
} from './types.js';

/** The controller. */
export const requestManagerController = certificateController(
  'request-manager',
  function* (certificate, work) {
    const name = certificate.status?.nextPrivateKeySecretName;
    if (!isIssuing(certificate) || name === undefined) return undefined;
    const secret = work.view.get(secrets, certificate.metadata.namespace ?? '', name);
    const { key, publicKey } = secret === undefined ? {} : materialOf(secret);
    if (key === undefined || publicKey === undefined) return undefined;
    const wanted = nextRevision(certificate);
    const left: CertificateRequest[] = [];
    for (const request of ownRequests(work.view, certificate)) {
      const revision = revisionOf(request);
      if (revision !== undefined && revision !== wanted) continue;
      if (revision !== undefined && isStill(request, certificate, publicKey)) {
        left.push(request);
        continue;
      }
      const { namespace = '', name: requestName = '' } = request.metadata;
      const answer = yield* call(remove(certificateRequests, namespace, requestName));
      if (!answer.isOk) return { retry: answer.message };
    }
    return left.length > 0 ? undefined : yield* makeRequest(certificate, key, { work, name });
  },
);

/** Whether a request is about this issuance: of this spec and key, and not the failed one of the last try. */
function isStill(
  request: CertificateRequest,
  { spec, status }: Certificate,
  publicKey: Uint8Array,
): boolean {
  const violations = requestViolations(request, spec);
  const asked = requestOf(request);
  if (violations === undefined || violations.length > 0 || asked === undefined) return false;
  if (!areEqual(asked.publicKey, publicKey)) return false;
  const ready = findCondition(request.status?.conditions, 'Ready');
  if (ready?.status !== 'False' || ready.reason !== 'Failed') return true;
  const since = findCondition(status?.conditions, 'Issuing')?.lastTransitionTime ?? '';
  return (request.status?.failureTime ?? '') >= since;
}

function* makeRequest(
  certificate: Certificate,
  key: PrivateKey,
  { work, name }: { readonly work: Work; readonly name: string },
): Reconciliation {
  const { metadata, spec } = certificate;
  const revision = nextRevision(certificate);
  const request: CertificateRequest = {
    metadata: {
      name: `${metadata.name ?? ''}-${revision}`,
      namespace: metadata.namespace ?? '',
      annotations: {
        ...copied(metadata.annotations ?? {}),
        [keys.revision]: String(revision),
        [keys.privateKeySecret]: name,
        [keys.certificateName]: metadata.name ?? '',
      },
      ...(metadata.labels !== undefined && { labels: metadata.labels }),
      ownerReferences: [ownerReference(certificate, certificates)],
    },
    spec: {
      ...(spec.duration !== undefined && { duration: spec.duration }),
      issuerRef: spec.issuerRef,
      request: toBytes(requestFor(spec, key)),
      ...(spec.isCA === true && { isCA: true }),
      ...(spec.usages !== undefined && { usages: spec.usages }),
    },
  };
  const answer = yield* call(create(certificateRequests, request));
  if (!answer.isOk) {
    const message = `Failed to create CertificateRequest: ${answer.message}`;
    work.record('Warning', 'RequestFailed', message);
    return { retry: answer.message };
  }
  const made = answer.object.metadata.name ?? '';
  work.record('Normal', 'Requested', `Created new CertificateRequest resource "${made}"`);
  return undefined;
}

/** The signing request for a Certificate. */
export function requestFor(spec: CertificateSpec, key: PrivateKey): string {
  const { subject = {}, commonName } = spec;
  return signingRequest(
    {
      subject: { ...subject, ...(commonName !== undefined && { commonName }) },
      names: {
        emailAddresses: spec.emailAddresses ?? [],
        dnsNames: spec.dnsNames ?? [],
        uris: spec.uris ?? [],
        ipAddresses: spec.ipAddresses ?? [],
      },
      usages: spec.usages ?? [],
      isCA: spec.isCA ?? false,
      hasUsages: spec.encodeUsagesInRequest ?? true,
    },
    key,
  );
}

const uncopied = ['kubectl.kubernetes.io/', 'fluxcd.io/', 'argocd.argoproj.io/'];

function copied(annotations: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(annotations).filter(([key]) => !uncopied.some(prefix => key.startsWith(prefix))),
  );
}
