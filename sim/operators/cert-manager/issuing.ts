/** Ends issuances: stores the signed certificate with its key, or tells that it failed. @upstream cert-manager v1.21.1 pkg/controller/certificates/issuing */
import { secrets } from '../../api/kinds/core.js';
import { findCondition, isConditionTrue, type AnyCondition } from '../../api/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, patch } from '../../client/requests.js';
import {
  certificateController,
  isIssuing,
  withOne,
  writeStatus,
  type Work,
} from './certificate-controller.js';
import { nextRevision, ownRequests, revisionOf, targetOf } from './gatherer.js';
import { keyViolations, requestViolations } from './match.js';
import { fromBytes, materialOf, requestOf } from './material.js';
import { areEqual, parsedCertificates } from '../../api/pki/certificate.js';
import { encodedKey, type PrivateKey } from '../../api/pki/keys.js';
import { isUpToDate, secretFor, type SecretParts } from './target-secret.js';
import type { Certificate, CertificateRequest } from './types.js';
import { keys } from './keys.js';

const issuedMessage = 'The certificate has been successfully issued';

/** The controller. */
export const issuingController = certificateController('issuing', function* (certificate, work) {
  if (!isIssuing(certificate)) return yield* keepSecret(certificate, work);
  const key = nextKey(certificate, work);
  if (key === undefined || keyViolations(key.key, certificate.spec).length > 0) return undefined;
  const wanted = nextRevision(certificate);
  const requests = ownRequests(work.view, certificate).filter(one => revisionOf(one) === wanted);
  const [request] = requests;
  if (request === undefined || requests.length > 1) return undefined;
  if (requestViolations(request, certificate.spec)?.length !== 0) return undefined;
  return yield* conclude(certificate, request, { work, ...key });
});

interface Means {
  readonly work: Work;
  readonly key: PrivateKey;
  readonly publicKey: Uint8Array;
}

function nextKey(certificate: Certificate, { view }: Work): Omit<Means, 'work'> | undefined {
  const { nextPrivateKeySecretName: name = '' } = certificate.status ?? {};
  const secret = view.get(secrets, certificate.metadata.namespace ?? '', name);
  if (name === '' || secret === undefined) return undefined;
  const { key, publicKey } = materialOf(secret);
  return key === undefined || publicKey === undefined ? undefined : { key, publicKey };
}

function* conclude(
  certificate: Certificate,
  request: CertificateRequest,
  means: Means,
): Reconciliation {
  const { conditions, failureTime } = request.status ?? {};
  const since = findCondition(certificate.status?.conditions, 'Issuing')?.lastTransitionTime ?? '';
  const ready = findCondition(conditions, 'Ready');
  const hasFailed = ready?.reason === 'Failed';
  // It is of the last try, and will be replaced.
  if (hasFailed && failureTime !== undefined && failureTime < since) return undefined;
  const bad =
    ['Denied', 'InvalidRequest']
      .filter(type => isConditionTrue(conditions, type))
      .map(type => findCondition(conditions, type))[0] ?? (hasFailed ? ready : undefined);
  if (bad !== undefined) return yield* fail(certificate, bad, means.work);
  const asked = requestOf(request);
  if (ready?.reason !== 'Issued' || asked === undefined) return undefined;
  if (!areEqual(asked.publicKey, means.publicKey)) return undefined;
  const problem = problemOf(request, means);
  if (problem !== undefined) {
    const invalid = { type: 'Ready', status: 'False', reason: 'InvalidCertificate' };
    return yield* fail(certificate, { ...invalid, message: problem }, means.work);
  }
  return yield* issue(certificate, request, means);
}

function problemOf({ status }: CertificateRequest, { publicKey, work }: Means): string | undefined {
  const [signed] = parsedCertificates(fromBytes(status?.certificate ?? '')) ?? [];
  if (signed === undefined) {
    return 'Issuer returned an invalid certificate: failed to decode: error decoding certificate PEM block';
  }
  if (!areEqual(signed.publicKey, publicKey)) {
    return 'Issuer returned a certificate with a public key that does not match the CSR. This usually indicates a misconfigured issuer.';
  }
  return work.nowMs > signed.notAfterMs
    ? `Issuer returned an already expired certificate (notAfter: ${rfc3339(signed.notAfterMs)}). This usually indicates an expired CA certificate in the issuer.`
    : undefined;
}

function* fail(
  certificate: Certificate,
  { reason = '', message = '' }: AnyCondition,
  { nowMs, record }: Work,
): Reconciliation {
  const told = `The certificate request has failed to complete and will be retried: ${message}`;
  const condition = { type: 'Issuing', status: 'False', reason, message: told };
  const failure = yield* writeStatus(certificate, {
    ...withOne(certificate, condition, nowMs),
    lastFailureTime: rfc3339(nowMs),
    failedIssuanceAttempts: (certificate.status?.failedIssuanceAttempts ?? 0) + 1,
  });
  if (failure === undefined) record('Warning', reason, told);
  return failure;
}

function* issue(
  certificate: Certificate,
  request: CertificateRequest,
  { work, key }: Means,
): Reconciliation {
  const { name, kind = '', group = '' } = request.spec.issuerRef;
  const stored = yield* store(certificate, work, {
    key: encodedKey(key, certificate.spec.privateKey?.encoding || 'PKCS1'),
    certificate: fromBytes(request.status?.certificate ?? ''),
    ca: fromBytes(request.status?.ca ?? ''),
    annotations: {
      [keys.certificateName]: certificate.metadata.name ?? '',
      ...{ [keys.issuerName]: name, [keys.issuerKind]: kind, [keys.issuerGroup]: group },
    },
  });
  if (stored !== undefined) return stored;
  const { failedIssuanceAttempts: _, lastFailureTime: _time, ...status } = certificate.status ?? {};
  const conditions = (status.conditions ?? []).filter(({ type }) => type !== 'Issuing');
  const revision = nextRevision(certificate);
  const failure = yield* writeStatus(certificate, { ...status, conditions, revision });
  if (failure === undefined) work.record('Normal', 'Issuing', issuedMessage);
  return failure;
}

function* store(certificate: Certificate, { view }: Work, parts: SecretParts): Reconciliation {
  const { namespace = '' } = certificate.metadata;
  const { secretName: name } = certificate.spec;
  const type = targetOf(view, certificate)?.type ?? 'kubernetes.io/tls';
  const query = { fieldManager: 'cert-manager-certificates-issuing', force: 'true' };
  const body = secretFor(certificate, { ...parts, type });
  const answer = yield* call(patch(secrets, { namespace, name }, { type: 'apply', query }, body));
  if (answer.isOk) return undefined;
  return { retry: `failed to apply secret ${namespace}/${name}: ${answer.message}` };
}

/** What the Secret is to carry besides is kept as the Certificate has it. */
function* keepSecret(certificate: Certificate, work: Work): Reconciliation {
  const secret = targetOf(work.view, certificate);
  if (secret === undefined || !secret.data?.['tls.crt'] || !secret.data['tls.key'])
    return undefined;
  const { annotations = {} } = secret.metadata;
  const text = (name: string): string => fromBytes(secret.data?.[name] ?? '');
  const own = [keys.certificateName, keys.issuerName, keys.issuerKind, keys.issuerGroup];
  const parts: SecretParts = {
    ...{ key: text('tls.key'), certificate: text('tls.crt'), ca: text('ca.crt') },
    annotations: Object.fromEntries(
      own.flatMap(key => (annotations[key] === undefined ? [] : [[key, annotations[key]]])),
    ),
  };
  const wanted = secretFor(certificate, { ...parts, type: secret.type ?? '' });
  if (wanted === undefined || isUpToDate(secret, wanted)) return undefined;
  return yield* store(certificate, work, parts);
}
