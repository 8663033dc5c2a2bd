/**
 * Deletes requests for certificates that have had their time.
 * @upstream pkg/controller/certificates/cleaner/cleaner.go
 */
import { bytesOfBase64 } from '../../api/base64.js';
import {
  certificateSigningRequests,
  type CertificateSigningRequest,
} from '../../api/kinds/certificates.js';
import { parsedCertificates } from '../../api/pki/certificate.js';
import { timeMs } from '../../api/time.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, remove, watch } from '../../client/requests.js';

const hourMs = 3_600_000;
const pendingMs = 24 * hourMs;
const everything = 'all';

/** The cleaner: it looks once an hour. */
export const certificateCleaner: ControllerDefinition = {
  name: 'certificatesigningrequest-cleaner-controller',
  identity: serviceAccount('kube-system', 'certificate-controller'),
  create: ({ clock, queue }) => ({
    watches: [watch(certificateSigningRequests)],
    workers: 1,
    start: () => queue.add(everything),
    reconcile: (_key, view) => clean(view, clock.now()),
  }),
};

/** What cannot be deleted is tried again at the next look. */
function* clean(view: View, nowMs: number): Reconciliation {
  for (const request of view.list(certificateSigningRequests)) {
    if (!isPast(request, nowMs)) continue;
    yield* call(remove(certificateSigningRequests, '', request.metadata.name ?? ''));
  }
  return { requeueAfterMs: hourMs };
}

/** Whether the request has been kept for long enough. */
export function isPast({ metadata, status }: CertificateSigningRequest, nowMs: number): boolean {
  const { conditions = [], certificate = '' } = status ?? {};
  const isOlder = (time: string | undefined, ageMs: number): boolean => {
    const ms = timeMs(time);
    return ms !== undefined && nowMs - ms > ageMs;
  };
  if (conditions.length === 0 && isOlder(metadata.creationTimestamp, pendingMs)) return true;
  return conditions.some(({ type, lastUpdateTime }) => {
    if (type !== 'Approved') {
      return (type === 'Denied' || type === 'Failed') && isOlder(lastUpdateTime, hourMs);
    }
    if (certificate === '') return isOlder(lastUpdateTime, pendingMs);
    return isOlder(lastUpdateTime, hourMs) || isExpired(certificate, nowMs);
  });
}

function isExpired(certificate: string, nowMs: number): boolean {
  const [first] = parsedCertificates(new TextDecoder().decode(bytesOfBase64(certificate))) ?? [];
  return first !== undefined && nowMs > first.notAfterMs;
}
