import { describe, expect, it } from 'vitest';
import type { Secret } from '../api/kinds/core.js';
import type { Webhook } from './admission/webhook.js';
import { asks, isAsking, named } from './cert-manager/cainjector/annotations.js';
import { mergedBundle } from './cert-manager/cainjector/bundle.js';
import { authorityFor } from './cert-manager/cainjector/sources.js';
import { definitionTarget, mutatingTarget } from './cert-manager/cainjector/targets.js';
import { certManagerHints } from './cert-manager/hints.js';
import { toBytes } from './cert-manager/material.js';
import { keyViolations, requestViolations } from './cert-manager/match.js';
import { certificatePem, signedCertificate } from '../api/pki/certificate.js';
import { ecdsaKey, encodedKey } from '../api/pki/keys.js';
import { parsedRequest } from '../api/pki/request.js';
import { whyNotReady, whyToIssue } from './cert-manager/policies.js';
import { renewalMs } from './cert-manager/renewal.js';
import { requestFor } from './cert-manager/request-manager.js';
import { splitValues } from './cert-manager/shim/csv.js';
import {
  asksForCertificates,
  certificateFor,
  duplicates,
  isOutdated,
  issuerFor,
  missingFrom,
} from './cert-manager/shim/wanted.js';
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

/** A certificate that lives for so many days. */
function authority(days: number): string {
  const asked = parsedRequest(requestFor(certificate().spec, key));
  if (asked === undefined) throw new Error('no request');
  const times = { notBeforeMs: startMs, notAfterMs: startMs + days * dayMs };
  const parts = { serial: BigInt(days), ...times, isCA: true, usages: [] };
  return certificatePem(signedCertificate(asked, parts, { key }));
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

describe('the injector of authorities', () => {
  const ended = toBytes(authority(1));
  const lasting = toBytes(authority(3));
  const annotated = (annotations: Readonly<Record<string, string>>) => ({
    metadata: { name: 'x', annotations },
  });

  it('appends what is not in a bundle yet, and forgets what has ended', () => {
    const at = (day: number, has: string, given: string) =>
      mergedBundle(has, given, startMs + day * dayMs);
    expect(at(0, '', lasting)).toBe(lasting);
    expect(at(0, ended, lasting)).toBe(toBytes(authority(1) + authority(3)));
    expect(at(0, lasting, lasting)).toBe(lasting);
    expect(at(2, ended, lasting)).toBe(lasting);
    expect(at(4, ended, lasting)).toBe('');
    // A line end is what scaffolds put where a bundle will be.
    expect(at(0, 'Cg==', lasting)).toBe(lasting);
    expect(at(0, lasting, 'Cg==')).toBe('Cg==');
  });

  it('finds objects by what their annotations name, where they name a namespace', () => {
    expect(named(annotated({ [asks.certificate]: 'ns/web' }), asks.certificate)).toEqual([
      'ns/web',
    ]);
    expect(named(annotated({ [asks.secret]: 'web' }), asks.secret)).toEqual([]);
    expect(isAsking(annotated({ [asks.apiServer]: 'false' }))).toBe(true);
    expect(isAsking(annotated({}))).toBe(false);
  });

  it('reads Secrets that Certificates have made, or that may be named', () => {
    const stored = (annotations: object, data: object = { 'ca.crt': lasting }) =>
      ({ isOk: true, status: 200, object: { metadata: { annotations }, data } }) as const;
    const read = (annotations: Readonly<Record<string, string>>, answer: object = stored({})) => {
      const view = { get: () => certificate() };
      const pass = authorityFor(annotated(annotations), view as never);
      const first = pass.next();
      return first.done === true ? first.value : pass.next(answer as never).value;
    };
    const made = stored({ 'cert-manager.io/certificate-name': 'web' });
    const other = stored({ 'cert-manager.io/certificate-name': 'other' });
    expect(read({ [asks.certificate]: 'ns/web' }, made)).toEqual({ ca: lasting });
    expect(read({ [asks.certificate]: 'ns/web' }, other)).toBeUndefined();
    expect(read({ [asks.certificate]: 'web' }, made)).toBeUndefined();
    const both = { [asks.secret]: 'ns/any', [asks.certificate]: 'ns/web' };
    expect(read(both, made)).toBeUndefined();
    expect(read(both, stored({ [asks.allowed]: 'true' }))).toEqual({ ca: lasting });
    expect(read(both, stored({ [asks.allowed]: 'true' }, {}))).toBeUndefined();
    const refusal = (status: number) => ({ isOk: false, status, message: 'no' });
    expect(read(both, refusal(404))).toBeUndefined();
    expect(read(both, refusal(500))).toEqual({ retry: 'no' });
    expect(read({ [asks.apiServer]: 'true' })).toHaveProperty('ca');
    expect(read({ [asks.apiServer]: 'yes' })).toBeUndefined();
  });

  it('applies bundles only, and to definitions only where a webhook converts', () => {
    const renew = (bundle = 'none') => `new of ${bundle}`;
    const hook = (name: string, caBundle?: string) =>
      ({ name, clientConfig: { url: 'https://x', ...(caBundle && { caBundle }) } }) as never;
    const configuration = { metadata: {}, webhooks: [hook('a', 'old'), hook('b')] };
    expect(mutatingTarget.applied(configuration, renew)).toEqual({
      webhooks: [
        { name: 'a', clientConfig: { caBundle: 'new of old' } },
        { name: 'b', clientConfig: { caBundle: 'new of none' } },
      ],
    });
    const definition = (strategy: string) =>
      definitionTarget.applied(
        { metadata: {}, spec: { conversion: { strategy } } } as never,
        renew,
      );
    expect(definition('None')).toEqual({});
    expect(definition('Webhook')).toEqual({
      spec: { conversion: { webhook: { clientConfig: { caBundle: 'new of none' } } } },
    });
  });
});

describe('an Ingress', () => {
  const of = (annotations: Readonly<Record<string, string>>, more: object = {}) => ({
    metadata: { name: 'shop', namespace: 'ns', uid: 'i', annotations, ...more },
    spec: { tls: [{ hosts: ['a.test', '10.0.0.1'], secretName: 'shop-tls' }] },
  });
  const prefix = 'cert-manager.io';
  const named = { [`${prefix}/cluster-issuer`]: 'ca' };
  const made = (annotations: Readonly<Record<string, string>>, more: object = {}) => {
    const ingress = of(annotations, more);
    return certificateFor(ingress, ingress.spec.tls[0] ?? {}, { name: 'ca' });
  };

  it('asks by its annotations, for one issuer', () => {
    expect(asksForCertificates(of(named))).toBe(true);
    expect(asksForCertificates(of({ 'kubernetes.io/tls-acme': 'false' }))).toBe(false);
    expect(issuerFor(of(named))).toEqual({ name: 'ca', kind: 'ClusterIssuer', group: prefix });
    const own = { [`${prefix}/issuer`]: 'me' };
    expect(issuerFor(of(own))).toEqual({ name: 'me', kind: 'Issuer', group: prefix });
    expect(issuerFor(of({ ...own, ...named }))).toEqual({
      why: 'both "cert-manager.io/issuer" and "cert-manager.io/cluster-issuer" may not be set',
    });
    expect(issuerFor(of({ 'kubernetes.io/tls-acme': 'true' }))).toEqual({
      why: 'failed to determine issuer name to be used for ingress resource',
    });
  });

  it('has blocks that name hosts and Secrets of their own', () => {
    expect(missingFrom({ secretName: 'a' }, 1)).toBe('spec.tls[1].hosts: Required value');
    const tls = [{ secretName: 'a' }, { secretName: 'b' }, { secretName: 'a' }];
    expect(duplicates({ ...of(named), spec: { tls } })).toBe(
      'spec.tls[0].secretName: Invalid value: "a": this secret name must only appear in a single TLS entry but is also used in spec.tls[2].secretName',
    );
  });

  it('gets Certificates of what its annotations say', () => {
    const labels = { app: 'shop', 'applyset.kubernetes.io/part-of': 'set' };
    const said = {
      ...{ [`${prefix}/alt-names`]: 'b.test', [`${prefix}/duration`]: '720h' },
      ...{ [`${prefix}/private-key-algorithm`]: 'ECDSA', [`${prefix}/private-key-size`]: '384' },
      [`${prefix}/subject-organizations`]: 'ml,"a,b"',
    };
    const full = made({ ...named, ...said }, { labels });
    expect(full).toEqual({
      metadata: {
        ...{ name: 'shop-tls', namespace: 'ns', labels: { app: 'shop' } },
        ownerReferences: [expect.objectContaining({ kind: 'Ingress', uid: 'i', controller: true })],
      },
      spec: {
        ...{ secretName: 'shop-tls', issuerRef: { name: 'ca' }, duration: '720h0m0s' },
        ...{ dnsNames: ['a.test', 'b.test'], ipAddresses: ['10.0.0.1'] },
        usages: ['digital signature', 'key encipherment'],
        subject: { organizations: ['ml', 'a,b'] },
        privateKey: { algorithm: 'ECDSA', size: 384 },
      },
    });
    expect(isOutdated(made(named) as Certificate, made(named) as Certificate)).toBe(false);
    expect(isOutdated(made(named) as Certificate, full as Certificate)).toBe(true);
  });

  it.each([
    ...[['usages', 'fun'] as const, ['duration', '1'] as const, ['secret-template', '{'] as const],
    ...[['private-key-size', '300'] as const, ['subject-countries', 'a"b'] as const],
  ])('gets none where its annotation %s is %s', (name, text) => {
    expect(made({ [`${prefix}/${name}`]: text })).toEqual({
      bad: `invalid ingress annotation "cert-manager.io/${name}"`,
    });
    expect(splitValues('a,"b ""c"""')).toEqual(['a', 'b "c"']);
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
  const gateway = { kind: 'Gateway', metadata: { name: 'i', annotations } };
  expect(certManagerHints(gateway as never)[0]).toContain('no Certificate is made');
  const bare = { [asks.certificate]: 'web' };
  const asking = { kind: 'MutatingWebhookConfiguration', metadata: { annotations: bare } };
  expect(certManagerHints(asking as never)).toEqual([
    'cert-manager.io/inject-ca-from: "web" needs a namespace/ prefix: no authority is injected',
  ]);
});
