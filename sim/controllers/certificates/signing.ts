/**
 * Signs what was approved with the key of the cluster's authority, for Kubernetes' own four signers.
 * @upstream pkg/controller/certificates/signer/signer.go, pkg/controller/certificates/authority/policies.go
 */
import { base64OfBytes } from '../../api/base64.js';
import {
  certificateSigningRequests,
  type CertificateSigningRequest,
} from '../../api/kinds/certificates.js';
import {
  certificatePem,
  parsedCertificates,
  signedCertificate,
} from '../../api/pki/certificate.js';
import { parsedKey } from '../../api/pki/keys.js';
import type { SigningRequest } from '../../api/pki/request.js';
import { encodedSubject } from '../../api/pki/subject.js';
import type { ClusterAuthority } from '../../api/root-ca.js';
import { rfc3339 } from '../../api/time.js';
import {
  serviceAccount,
  type ControllerDefinition,
  type Reconciliation,
  type View,
} from '../../client/contract.js';
import { call, keyOf, update, watch } from '../../client/requests.js';
import { invariant } from '../../engine/invariant.js';
import type { Random } from '../../engine/random.js';
import { askedOf, certificateRetry, isDecided, isIssued } from './decided.js';
import { kubeletClientFault, kubeletServingFault } from './kubelet-request.js';

type Fault = (asked: SigningRequest, usages: readonly string[]) => string | undefined;

/** What is wrong with a request, by the names of the signers. */
const faults: Readonly<Record<string, Fault>> = {
  'kubernetes.io/kube-apiserver-client': (_asked, usages) => clientFault(usages),
  'kubernetes.io/kube-apiserver-client-kubelet': kubeletClientFault,
  'kubernetes.io/kubelet-serving': kubeletServingFault,
  'kubernetes.io/legacy-unknown': () => undefined,
};

/** --cluster-signing-duration, by default. */
const longestMs = 365 * 24 * 3_600_000;
const shortestMs = 10 * 60_000;
const backdateMs = 5 * 60_000;
/** What lasts less than this ends when it was asked to. */
const shortMs = 8 * 3_600_000;

/** The signer with this authority. */
export function certificateSigningWith(authority: ClusterAuthority): ControllerDefinition {
  return {
    name: 'certificatesigningrequest-signing-controller',
    identity: serviceAccount('kube-system', 'certificate-controller'),
    create: ({ queue, clock, random }) => ({
      watches: [
        watch(certificateSigningRequests, { on: ({ object }) => queue.add(keyOf(object)) }),
      ],
      workers: 5,
      retry: certificateRetry,
      reconcile: (key, view) => sign(key, view, { authority, random, nowMs: clock.now() }),
    }),
  };
}

interface Means {
  readonly authority: ClusterAuthority;
  readonly random: Random;
  readonly nowMs: number;
}

function* sign(key: string, view: View, means: Means): Reconciliation {
  const request = view.get(certificateSigningRequests, '', key);
  if (request === undefined || isIssued(request)) return undefined;
  if (!isDecided(request, 'Approved') || isDecided(request, 'Failed')) return undefined;
  const { signerName, usages = [] } = request.spec;
  const faultOf = faults[signerName];
  if (faultOf === undefined) return undefined;
  const asked = askedOf(request);
  if (asked === undefined) return { retry: `unable to parse csr "${key}"` };
  const fault = faultOf(asked, usages);
  const status =
    fault === undefined
      ? { ...request.status, certificate: certificateFor(request, asked, means) }
      : withFailure(request, fault, means.nowMs);
  const answer = yield* call(update(certificateSigningRequests, { ...request, status }, 'status'));
  return answer.isOk ? undefined : { retry: answer.message };
}

function withFailure({ status }: CertificateSigningRequest, message: string, nowMs: number) {
  const failure = {
    ...{ type: 'Failed', status: 'True', reason: 'SignerValidationFailure', message },
    lastUpdateTime: rfc3339(nowMs),
  };
  return { ...status, conditions: [...(status?.conditions ?? []), failure] };
}

function clientFault(usages: readonly string[]): string | undefined {
  const known = ['digital signature', 'key encipherment', 'client auth'];
  const odd = usages.find(usage => !known.includes(usage));
  if (odd !== undefined) return `invalid usage for client certificate: ${odd}`;
  return usages.includes('client auth')
    ? undefined
    : 'missing required usage for client certificate: client auth';
}

/** The certificate, as PEM in base64. */
function certificateFor(
  { spec }: CertificateSigningRequest,
  asked: SigningRequest,
  { authority, random, nowMs }: Means,
): string {
  const key = parsedKey(authority.key);
  const [certificate] = parsedCertificates(authority.certificate) ?? [];
  invariant(key !== undefined && certificate !== undefined, 'the authority can be read');
  const wanted = spec.expirationSeconds === undefined ? longestMs : spec.expirationSeconds * 1_000;
  const lastsMs = Math.max(shortestMs, Math.min(longestMs, wanted));
  const endMs = nowMs + (lastsMs < shortMs ? lastsMs : lastsMs - backdateMs);
  const parts = {
    serial: serialOf(random),
    notBeforeMs: nowMs - backdateMs,
    notAfterMs: Math.min(endMs, certificate.notAfterMs),
    isCA: false,
    usages: inGoOrder(spec.usages ?? []),
  };
  // The subject is written anew, by its known attributes alone.
  const request = { ...asked, rawSubject: encodedSubject(asked.subject) };
  const raw = signedCertificate(request, parts, { key, certificate });
  return base64OfBytes(new TextEncoder().encode(certificatePem(raw)));
}

function serialOf(random: Random): bigint {
  let serial = 0n;
  for (let byte = 0; byte < 16; byte++) serial = serial * 256n + BigInt(random.integer(256));
  return serial;
}

/** Extended usages, as Go numbers them; what is told twice is one. */
const extended = [
  ...['any', 'server auth', 'client auth', 'code signing', 'email protection'],
  ...['ipsec end system', 'ipsec tunnel', 'ipsec user', 'timestamping', 'ocsp signing'],
  ...['microsoft sgc', 'netscape sgc'],
];

function inGoOrder(usages: readonly string[]): readonly string[] {
  const known = new Set(usages.map(usage => (usage === 's/mime' ? 'email protection' : usage)));
  return [...known].sort((a, b) => extended.indexOf(a) - extended.indexOf(b));
}
