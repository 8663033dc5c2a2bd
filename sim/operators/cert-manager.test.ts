import { describe, expect, it } from 'vitest';
import type { Secret } from '../api/kinds/core.js';
import type { Webhook } from './admission/webhook.js';
import { certManagerHints } from './cert-manager/hints.js';
import { toBytes } from './cert-manager/material.js';
import { keyViolations, requestViolations } from './cert-manager/match.js';
import { certificatePem, signedCertificate } from './cert-manager/pki/certificate.js';
import { ecdsaKey, encodedKey } from './cert-manager/pki/keys.js';
import { parsedRequest } from './cert-manager/pki/request.js';
import { whyNotReady, whyToIssue } from './cert-manager/policies.js';
import { renewalMs } from './cert-manager/renewal.js';
import { requestFor } from './cert-manager/request-manager.js';
import { isUpToDate, secretFor } from './cert-manager/target-secret.js';
import { backOffMs } from './cert-manager/trigger.js';
import type {
  Certificate,
  CertificateRequest,
  CertificateSpec,
  CertificateStatus,
} from './cert-manager/types.js';
import { identify, validate } from './cert-manager/webhooks.js';

const startMs = Date.UTC(2026, 2, 2);
const dayMs = 86_400_000;
const key = ecdsaKey(256, () => 3);

function certificate(
  spec: Partial<CertificateSpec> = {},
  status: CertificateStatus = {},
): Certificate {
  return {
    ...{ apiVersion: 'cert-manager.io/v1', kind: 'Certificate' },
    metadata: { name: 'web', namespace: 'ns', uid: 'u' },
    spec: {
      ...{ secretName: 'web-tls', dnsNames: ['a.test'], issuerRef: { name: 'ca' } },
      privateKey: { algorithm: 'ECDSA' },
      ...spec,
    },
    status,
  };
}

function request(spec: CertificateSpec): CertificateRequest {
  const { issuerRef, usages, isCA = false } = spec;
  const text = toBytes(requestFor(spec, key));
  const metadata = { name: 'web-1', namespace: 'ns' };
  return { metadata, spec: { issuerRef, isCA, request: text, ...(usages && { usages }) } };
}

/** The Secret of a certificate that lives for three days. */
function issued(of: Certificate): Secret {
  const asked = parsedRequest(requestFor(of.spec, key));
  if (asked === undefined) throw new Error('no request');
  const times = { notBeforeMs: startMs, notAfterMs: startMs + 3 * dayMs };
  const raw = signedCertificate(asked, { serial: 1n, ...times, isCA: false, usages: [] }, { key });
  return secretFor(of, {
    ...{ key: encodedKey(key, 'PKCS1'), certificate: certificatePem(raw), ca: '' },
    type: 'kubernetes.io/tls',
    annotations: {
      'cert-manager.io/certificate-name': 'web',
      'cert-manager.io/issuer-name': of.spec.issuerRef.name,
    },
  });
}

describe('a Certificate', () => {
  const inputOf = (of: Certificate, secret: Secret | undefined, from = of.spec) => ({
    ...{ certificate: of, secret, current: request(from), next: undefined },
  });

  it('is issued where its Secret is missing, wrong, or about to end', () => {
    const own = certificate();
    const secret = issued(own);
    expect(whyToIssue(inputOf(own, undefined), startMs)?.reason).toBe('DoesNotExist');
    expect(whyToIssue(inputOf(own, { ...secret, data: {} }), startMs)?.reason).toBe('MissingData');
    expect(whyToIssue(inputOf(own, secret), startMs)).toBeUndefined();
    expect(whyToIssue(inputOf(own, secret), startMs + 2 * dayMs)).toEqual({
      reason: 'Renewing',
      message: 'Renewing certificate as renewal was scheduled at 2026-03-04 00:00:00 +0000 UTC',
    });
    const changed = certificate({ dnsNames: ['b.test'] });
    expect(whyToIssue(inputOf(changed, secret, own.spec), startMs)).toEqual({
      reason: 'RequestChanged',
      message: 'Fields on existing CertificateRequest resource not up to date: [spec.dnsNames]',
    });
    const moved = certificate({ issuerRef: { name: 'other' } });
    expect(whyToIssue(inputOf(moved, secret), startMs)?.message).toBe(
      'Issuing certificate as Secret was previously issued by "Issuer.cert-manager.io/ca"',
    );
    const larger = certificate({ privateKey: { algorithm: 'ECDSA', size: 384 } });
    expect(whyToIssue(inputOf(larger, secret), startMs)?.reason).toBe('SecretMismatch');
  });

  it('is ready until it has ended, due or not', () => {
    const own = certificate();
    const input = inputOf(own, issued(own));
    expect(whyNotReady(input, startMs + 2.5 * dayMs)).toBeUndefined();
    expect(whyNotReady(input, startMs + 4 * dayMs)).toEqual({
      reason: 'Expired',
      message: 'Certificate expired on Thu, 05 Mar 2026 00:00:00 UTC',
    });
  });

  it('is renewed a third of its life before its end, or when it says', () => {
    const times = { notBeforeMs: startMs, notAfterMs: startMs + 3 * dayMs };
    const after = (spec: Partial<CertificateSpec>) => {
      const atMs = renewalMs(certificate(spec).spec, times);
      return atMs === undefined ? undefined : (atMs - startMs) / dayMs;
    };
    expect([
      after({}),
      after({ renewBefore: '24h' }),
      after({ renewBefore: '99h' }),
      after({ renewBeforePercentage: 50 }),
      after({ renewal: { policy: 'Disabled' } }),
    ]).toEqual([2, 2, 2, 1.5, undefined]);
  });

  it('that failed waits for an hour, then two, unless it is another by now', () => {
    const failed = (failedIssuanceAttempts: number) =>
      certificate({}, { lastFailureTime: '2026-03-02T00:00:00Z', failedIssuanceAttempts });
    const wait = (of: Certificate, next = request(of.spec)) =>
      backOffMs({ certificate: of, secret: undefined, current: undefined, next }, startMs) / 3.6e6;
    expect([1, 2, 9].map(attempts => wait(failed(attempts)))).toEqual([1, 2, 32]);
    expect(wait(failed(1), request(certificate({ dnsNames: ['b.test'] }).spec))).toBe(0);
    expect(wait(certificate())).toBe(0);
  });

  it('is asked for as it says', () => {
    const { spec } = certificate({
      ...{ commonName: 'me', ipAddresses: ['2001:DB8::1'], subject: { organizations: ['b', 'a'] } },
    });
    expect(requestViolations(request(spec), spec)).toEqual([]);
    expect(requestViolations(request(spec), { ...spec, commonName: 'you', isCA: true })).toEqual([
      ...['spec.commonName', 'spec.isCA'],
    ]);
    expect(keyViolations(key, certificate({ privateKey: {} }).spec)).toEqual([
      'spec.privateKey.algorithm',
    ]);
  });

  it('is told in labels and annotations of its Secret, with those of its template', () => {
    const labels = { team: 'ml' };
    const own = certificate({ secretTemplate: { labels }, dnsNames: ['a.test', 'b.test'] });
    const secret = issued(own);
    expect(secret).toMatchObject({
      type: 'kubernetes.io/tls',
      metadata: {
        labels: { team: 'ml', 'controller.cert-manager.io/fao': 'true' },
        annotations: {
          'cert-manager.io/alt-names': 'a.test,b.test',
          'cert-manager.io/common-name': '',
        },
      },
    });
    expect(isUpToDate(secret, issued(certificate({ dnsNames: ['a.test', 'b.test'] })))).toBe(true);
    const more = certificate({ secretTemplate: { labels: { team: 'data' } } });
    expect(isUpToDate(secret, issued(more))).toBe(false);
  });
});

describe('webhooks', () => {
  const asked = (webhook: Webhook, object: object, more: object = {}) => {
    const given = { operation: 'CREATE', name: 'x', namespace: 'ns', object, ...more };
    return webhook(given as never).next(undefined as never).value as { readonly message?: string };
  };

  it.each<readonly [string, Partial<CertificateSpec>, string]>([
    ['no names', { dnsNames: [] }, 'spec: Invalid value: "": at least one of commonName'],
    ['a short life', { duration: '30m' }, 'spec.duration: Invalid value: 30m0s: certificate'],
    [
      'a late end',
      { duration: '2h', renewBefore: '2h' },
      'must be greater than renewBefore 2h0m0s',
    ],
    ['an odd issuer', { issuerRef: { name: 'a', kind: 'B' } }, '(did you forget to set'],
    ['a small key', { privateKey: { size: 1024 } }, 'must be between 2048 and 8192'],
    ['a bad address', { ipAddresses: ['a'] }, 'spec.ipAddresses[0]: Invalid value: "a"'],
  ])('refuse a Certificate with %s', (_, spec, why) => {
    expect(asked(validate, certificate(spec)).message).toContain(why);
  });

  it('let good ones in, and issuers of one sort', () => {
    expect(asked(validate, certificate())).toEqual({ isAllowed: true });
    const issuer = { kind: 'Issuer', spec: { ca: { secretName: 'a' }, selfSigned: {} } };
    expect(asked(validate, issuer).message).toBe(
      'spec.selfSigned: Forbidden: may not specify more than one issuer type',
    );
    expect(asked(validate, { kind: 'ClusterIssuer', spec: {} }).message).toBe(
      'spec: Required value: at least one issuer must be configured',
    );
  });

  it('write who asks into requests, which stay as they are', () => {
    const own = { kind: 'CertificateRequest', ...request(certificate().spec) };
    const who = { user: 'me', identity: { uid: '1', groups: ['g'] } };
    expect(asked(identify, own, who)).toMatchObject({
      object: { spec: { username: 'me', uid: '1', groups: ['g'] } },
    });
    expect(asked(validate, own)).toEqual({ isAllowed: true });
    const oldObject = { ...own, spec: { ...own.spec, isCA: true } };
    expect(asked(validate, own, { operation: 'UPDATE', oldObject }).message).toBe(
      'spec: Forbidden: cannot change spec after creation',
    );
  });
});

it('hints at what is not simulated', () => {
  const privateKey = { algorithm: 'Ed25519' };
  const odd = certificate({ privateKey, keystores: { jks: { create: true } } });
  expect(certManagerHints({ ...odd })).toEqual([
    'privateKey.algorithm: Ed25519 is not simulated: the certificate is never issued',
    'keystores.jks is not simulated: it is issued without',
  ]);
  const acme = { kind: 'ClusterIssuer', metadata: { name: 'le' }, spec: { acme: {} } };
  expect(certManagerHints(acme as never)[0]).toContain('the issuer is never ready');
  const annotations = { 'cert-manager.io/cluster-issuer': 'le' };
  const ingress = { kind: 'Ingress', metadata: { name: 'i', annotations } };
  expect(certManagerHints(ingress as never)[0]).toContain('no Certificate is made');
});
