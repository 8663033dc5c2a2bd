/** Makes the keys of issuances, each in a Secret of its own until it is over. @upstream cert-manager v1.21.1 pkg/controller/certificates/keymanager/keymanager_controller.go */
import { secrets, type Secret } from '../../api/kinds/core.js';
import { isControlledBy, ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, remove } from '../../client/requests.js';
import {
  certificateController,
  isIssuing,
  writeStatus,
  type Work,
} from './certificate-controller.js';
import { targetOf } from './gatherer.js';
import { keys } from './keys.js';
import { keyViolations, printedList } from './match.js';
import { materialOf, toBytes } from './material.js';
import { ecdsaKey, encodedKey, type PrivateKey } from '../../api/pki/keys.js';
import { drawnRsaKey, rsaSizes } from '../../api/pki/rsa-key.js';
import { certificates, type Certificate } from './types.js';
import { issueProblem } from './unsimulated.js';

/** The controller. */
export const keyManagerController = certificateController(
  'key-manager',
  function* (certificate, work) {
    const next = nextKeys(certificate, work);
    if (!isIssuing(certificate)) {
      return (yield* removeAll(next)) ?? (yield* setNext(certificate, undefined));
    }
    const [only, ...more] = next;
    const named = certificate.status?.nextPrivateKeySecretName;
    if (only === undefined) return yield* makeNext(certificate, work);
    if (more.length > 0)
      return yield* removeAll(next.filter(({ metadata }) => metadata.name !== named));
    if (named === undefined) return yield* setNext(certificate, only.metadata.name);
    const { key } = materialOf(only);
    if (named !== only.metadata.name || key === undefined) return yield* removeAll([only]);
    const violations = keyViolations(key, certificate.spec);
    if (violations.length === 0) return undefined;
    const message = `Regenerating private key due to change in fields: ${printedList(violations)}`;
    work.record('Normal', 'Deleted', message);
    return yield* removeAll([only]);
  },
);

type Failure = { readonly retry: string } | undefined;

function nextKeys(certificate: Certificate, { view }: Work): readonly Secret[] {
  return view
    .list(secrets, certificate.metadata.namespace ?? '')
    .filter(
      secret =>
        secret.metadata.labels?.[keys.isNextKey] === 'true' && isControlledBy(secret, certificate),
    );
}

function* removeAll(some: readonly Secret[]): Reconciliation<Failure> {
  for (const { metadata } of some) {
    const { namespace = '', name = '' } = metadata;
    const answer = yield* call(remove(secrets, namespace, name));
    if (!answer.isOk) return { retry: answer.message };
  }
  return undefined;
}

function* setNext(certificate: Certificate, name: string | undefined): Reconciliation<Failure> {
  const { nextPrivateKeySecretName: known, ...status } = certificate.status ?? {};
  if (known === name) return undefined;
  return yield* writeStatus(certificate, {
    ...status,
    ...(name !== undefined && { nextPrivateKeySecretName: name }),
  });
}

/** A key is kept for the next issuance only where that is asked for. */
function* makeNext(certificate: Certificate, work: Work): Reconciliation {
  const { secretName, privateKey } = certificate.spec;
  const problem = issueProblem(certificate.spec);
  if (problem !== undefined) {
    work.record('Warning', 'NotSimulated', `The certificate stays unissued: ${problem}`);
    return undefined;
  }
  const kept =
    privateKey?.rotationPolicy === 'Never' ? targetOf(work.view, certificate) : undefined;
  if (!kept?.data?.['tls.key']) return yield* storeNext(certificate, work, undefined);
  const { key } = materialOf(kept);
  if (key === undefined) {
    const message = `Failed to decode private key stored in Secret "${secretName}" - generating new key`;
    work.record('Warning', 'DecodeFailed', message);
    return yield* storeNext(certificate, work, undefined);
  }
  const violations = keyViolations(key, certificate.spec);
  if (violations.length === 0) return yield* storeNext(certificate, work, key);
  work.record(
    'Warning',
    'CannotRegenerateKey',
    `User intervention required: existing private key in Secret "${secretName}" does not match requirements on Certificate resource, mismatching fields: ${printedList(violations)}, but cert-manager cannot create new private key as the Certificate's .spec.privateKey.rotationPolicy is unset or set to Never. To allow cert-manager to create a new private key you can set .spec.privateKey.rotationPolicy to Always.`,
  );
  return undefined;
}

function* storeNext(
  certificate: Certificate,
  work: Work,
  kept: PrivateKey | undefined,
): Reconciliation {
  const { namespace = '', name = '' } = certificate.metadata;
  // The cache may be behind: another name would make another key.
  const latest = yield* call(get(certificates, namespace, name));
  if (!latest.isOk) return { retry: latest.message };
  const known = latest.object.status?.nextPrivateKeySecretName;
  const key = kept ?? newKey(certificate, work);
  const wanted: Secret = {
    metadata: {
      namespace,
      ...(known === undefined ? { generateName: `${name}-` } : { name: known }),
      ownerReferences: [ownerReference(certificate, certificates)],
      labels: { [keys.isNextKey]: 'true', [keys.partOf]: 'true' },
    },
    data: { 'tls.key': toBytes(encodedKey(key, 'PKCS8')) },
  };
  const made = yield* call(create(secrets, wanted));
  const isThere = !made.isOk && made.reason === 'AlreadyExists' && known !== undefined;
  if (!made.isOk && !isThere) return { retry: made.message };
  const stored = made.isOk ? (made.object.metadata.name ?? '') : (known ?? '');
  if (kept === undefined) {
    work.record(
      'Normal',
      'Generated',
      `Stored new private key in temporary Secret resource "${stored}"`,
    );
  } else {
    const message = `Reusing private key stored in existing Secret resource "${certificate.spec.secretName}"`;
    work.record('Normal', 'Reused', message);
  }
  return yield* setNext(certificate, stored);
}

/** Each issuance draws from a stream of its own: who else draws, and when, changes no key. */
function newKey({ metadata, spec, status }: Certificate, { context }: Work): PrivateKey {
  const { revision = 0, failedIssuanceAttempts = 0 } = status ?? {};
  const stream = context.random.fork(
    `${metadata.uid ?? ''} ${revision} ${failedIssuanceAttempts} ${metadata.generation ?? 0}`,
  );
  const draw = (bound: number): number => stream.integer(bound);
  const { algorithm = 'RSA', size = 0 } = spec.privateKey ?? {};
  if (algorithm === 'ECDSA') return ecdsaKey(size === 384 || size === 521 ? size : 256, draw);
  const known = rsaSizes.find(one => one === size) ?? 2048;
  return { kind: 'RSA', ...drawnRsaKey(known, draw) };
}
