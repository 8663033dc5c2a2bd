/** Why a Certificate is not ready, and why it is issued anew. @upstream cert-manager v1.21.1 internal/controller/certificates/policies */
import type { Secret } from '../../api/kinds/core.js';
import { rfc3339 } from '../../api/time.js';
import { keys } from './keys.js';
import { keyViolations, printedList, requestViolations } from './match.js';
import { materialOf, requestOf } from './material.js';
import { areEqual } from '../../api/pki/certificate.js';
import { renewalMs } from './renewal.js';
import { isSameIssuer, type Certificate, type CertificateRequest } from './types.js';

/** What a Certificate is judged by. */
export interface Input {
  readonly certificate: Certificate;
  readonly secret: Secret | undefined;
  /** The request of the revision that is issued. */
  readonly current: CertificateRequest | undefined;
  readonly next: CertificateRequest | undefined;
}

/** What is wrong. */
export interface Violation {
  readonly reason: string;
  readonly message: string;
}

type Check = (
  input: Input & { readonly secret: Secret },
  nowMs: number,
) => Violation | undefined | false;

/** Why it must be issued; undefined where nothing is wrong. */
export function whyToIssue(input: Input, nowMs: number): Violation | undefined {
  return firstOf([...common, isNearingExpiry], input, nowMs);
}

/** Why it is not ready; undefined where it is. */
export function whyNotReady(input: Input, nowMs: number): Violation | undefined {
  return firstOf([...common, hasExpired], input, nowMs);
}

function firstOf(checks: readonly Check[], input: Input, nowMs: number): Violation | undefined {
  const { secret } = input;
  if (secret === undefined) {
    return { reason: 'DoesNotExist', message: 'Issuing certificate as Secret does not exist' };
  }
  for (const check of checks) {
    const violation = check({ ...input, secret }, nowMs);
    if (violation) return violation;
  }
  return undefined;
}

const isMissingData: Check = ({ secret }) => {
  const missing = (what: string): Violation => ({
    reason: 'MissingData',
    message: `Issuing certificate as Secret does not contain ${what}`,
  });
  if (secret.data === undefined) return missing('any data');
  if (!secret.data['tls.key']) return missing('a private key');
  return !secret.data['tls.crt'] && missing('a certificate');
};

const isUnreadable: Check = ({ secret }) => {
  const { publicKey, certificates } = materialOf(secret);
  const [certificate] = certificates ?? [];
  if (publicKey === undefined) {
    const why = 'error decoding private key PEM block';
    return {
      reason: 'InvalidKeyPair',
      message: `Issuing certificate as Secret contains invalid private key data: ${why}`,
    };
  }
  if (certificate === undefined) {
    const why = 'error decoding certificate PEM block';
    return {
      reason: 'InvalidCertificate',
      message: `Issuing certificate as Secret contains an invalid certificate: ${why}`,
    };
  }
  return (
    !areEqual(certificate.publicKey, publicKey) && {
      reason: 'InvalidKeyPair',
      message:
        'Issuing certificate as Secret contains a private key that does not match the certificate',
    }
  );
};

const isOfOtherIssuer: Check = ({ secret, certificate }) => {
  const { annotations = {} } = secret.metadata;
  const name = annotations[keys.issuerName] ?? '';
  const kind = annotations[keys.issuerKind] ?? '';
  const group = annotations[keys.issuerGroup] ?? '';
  const isAnnotated = [keys.issuerName, keys.issuerKind, keys.issuerGroup].some(
    key => annotations[key] !== undefined,
  );
  // Kind and group count without annotations too: upstream's condition binds so.
  const told = isAnnotated ? name : certificate.spec.issuerRef.name;
  if (isSameIssuer({ name: told, kind, group }, certificate.spec.issuerRef)) return undefined;
  const by = `${kind || 'Issuer'}.${group || 'cert-manager.io'}/${name}`;
  return {
    reason: 'IncorrectIssuer',
    message: `Issuing certificate as Secret was previously issued by "${by}"`,
  };
};

const isOfOtherCertificate: Check = ({ secret, certificate }) => {
  const name = secret.metadata.annotations?.[keys.certificateName];
  return (
    name !== undefined &&
    name !== certificate.metadata.name && {
      reason: 'IncorrectCertificate',
      message: `Secret was issued for "${name}". If this message is not transient, you might have two conflicting Certificates pointing to the same secret.`,
    }
  );
};

const isOtherKey: Check = ({ secret, certificate }) => {
  const { key } = materialOf(secret);
  const violations = key === undefined ? [] : keyViolations(key, certificate.spec);
  return (
    violations.length > 0 && {
      reason: 'SecretMismatch',
      message: `Existing private key is not up to date for spec: ${printedList(violations)}`,
    }
  );
};

const isOtherKeyThanRequested: Check = ({ secret, current }) => {
  if (current === undefined) return undefined;
  const request = requestOf(current);
  const { publicKey } = materialOf(secret);
  return (
    request !== undefined &&
    publicKey !== undefined &&
    !areEqual(request.publicKey, publicKey) && {
      reason: 'SecretMismatch',
      message: 'Secret contains a private key that does not match the current CertificateRequest',
    }
  );
};

const isOtherRequest: Check = ({ current, certificate }) => {
  const violations = current === undefined ? [] : requestViolations(current, certificate.spec);
  return (
    violations !== undefined &&
    violations.length > 0 && {
      reason: 'RequestChanged',
      message: `Fields on existing CertificateRequest resource not up to date: ${printedList(violations)}`,
    }
  );
};

const common: readonly Check[] = [
  isMissingData,
  isUnreadable,
  isOfOtherIssuer,
  isOfOtherCertificate,
  isOtherKey,
  isOtherKeyThanRequested,
  isOtherRequest,
];

const isNearingExpiry: Check = ({ secret, certificate }, nowMs) => {
  const [issued] = materialOf(secret).certificates ?? [];
  const atMs = issued === undefined ? undefined : renewalMs(certificate.spec, issued);
  if (atMs === undefined || atMs > nowMs) return undefined;
  const told = Date.parse(certificate.status?.renewalTime ?? rfc3339(atMs));
  const at = `${new Date(told).toISOString().slice(0, 19).replace('T', ' ')} +0000 UTC`;
  return {
    reason: 'Renewing',
    message: `Renewing certificate as renewal was scheduled at ${at}`,
  };
};

const hasExpired: Check = ({ secret }, nowMs) => {
  const [issued] = materialOf(secret).certificates ?? [];
  if (issued === undefined || nowMs <= issued.notAfterMs) return undefined;
  const [weekday, day, month, year, clock] = new Date(issued.notAfterMs).toUTCString().split(' ');
  const at = [weekday, day, month, year, clock, 'UTC'].join(' ');
  return { reason: 'Expired', message: `Certificate expired on ${at}` };
};
