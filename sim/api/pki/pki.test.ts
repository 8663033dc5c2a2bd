import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import { bundleOf, certificatePem, parsedCertificates, signedCertificate } from './certificate.js';
import { ecdsaKey, encodedKey, parsedKey, publicKeyOf, type PrivateKey } from './keys.js';
import { parsedRequest, signingRequest } from './request.js';
import { drawnRsaKey } from './rsa-key.js';
import { canonicalAddress } from './subject.js';

const startMs = Date.UTC(2026, 2, 2);

/** The same numbers each time. */
function draw(): (bound: number) => number {
  let state = 7;
  return bound => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) % bound;
}

const keys: readonly (readonly [string, PrivateKey])[] = [
  ['RSA 2048', { kind: 'RSA', ...drawnRsaKey(2048, draw()) }],
  ['RSA 3072', { kind: 'RSA', ...drawnRsaKey(3072, draw()) }],
  ['RSA 4096', { kind: 'RSA', ...drawnRsaKey(4096, draw()) }],
  ['ECDSA 256', ecdsaKey(256, draw())],
  ['ECDSA 384', ecdsaKey(384, draw())],
  ['ECDSA 521', ecdsaKey(521, draw())],
];

function requestFor(key: PrivateKey, commonName: string) {
  const names = {
    ...{ emailAddresses: [], dnsNames: ['a.test', '*.b.test'], uris: ['spiffe://c/d'] },
    ipAddresses: ['10.0.0.1', '2001:db8::1'],
  };
  const parts = { names, usages: ['server auth'], isCA: false, hasUsages: true };
  const subject = { commonName, organizations: ['Ö', 'O'] };
  return parsedRequest(signingRequest({ ...parts, subject }, key));
}

it.each(keys)('signs with %s what others verify', (_, key) => {
  const request = requestFor(key, 'me');
  if (request === undefined) throw new Error('no request');
  const times = { notBeforeMs: startMs, notAfterMs: startMs + 3_600_000 };
  const parts = { serial: 255n, ...times, isCA: true, usages: ['server auth'] };
  const text = certificatePem(signedCertificate(request, parts, { key }));
  const certificate = new X509Certificate(text);
  const pkcs1 = createPrivateKey(encodedKey(key, 'PKCS1'));
  expect(certificate.verify(createPublicKey(pkcs1))).toBe(true);
  expect(certificate.checkPrivateKey(createPrivateKey(encodedKey(key, 'PKCS8')))).toBe(true);
  const { subject, issuer, ca, subjectAltName, validTo } = certificate;
  expect([subject, issuer, ca, subjectAltName, validTo]).toEqual([
    ...['O=Ö + O=O\nCN=me', 'O=Ö + O=O\nCN=me', true],
    'DNS:a.test, DNS:*.b.test, URI:spiffe://c/d, IP Address:10.0.0.1, IP Address:2001:DB8:0:0:0:0:0:1',
    'Mar  2 01:00:00 2026 GMT',
  ]);
  expect(parsedCertificates(text)).toMatchObject([
    {
      ...{ subject: { commonName: 'me', organizations: ['Ö', 'O'] }, isCA: true },
      ...{ names: { ipAddresses: ['10.0.0.1', '2001:db8::1'] }, ...times },
    },
  ]);
  for (const encoding of ['PKCS1', 'PKCS8'] as const) {
    const again = parsedKey(encodedKey(key, encoding));
    expect(again === undefined ? '' : publicKeyOf(again)).toEqual(publicKeyOf(key));
  }
});

it('tells of a chain all but its root', () => {
  const times = { notBeforeMs: startMs, notAfterMs: startMs + 3_600_000 };
  const certify = (
    name: string,
    key: PrivateKey,
    signer: Parameters<typeof signedCertificate>[2],
  ) => {
    const request = requestFor(key, name);
    if (request === undefined) throw new Error('no request');
    const parts = { serial: 1n, ...times, isCA: true, usages: [] };
    const raw = signedCertificate(request, parts, signer);
    const [certificate] = parsedCertificates(certificatePem(raw)) ?? [];
    if (certificate === undefined) throw new Error('no certificate');
    return certificate;
  };
  const rootKey = ecdsaKey(256, draw());
  const middleKey = { kind: 'RSA', ...drawnRsaKey(2048, draw()) } as const;
  const leafKey = ecdsaKey(384, draw());
  const root = certify('root', rootKey, { key: rootKey });
  const middle = certify('middle', middleKey, { key: rootKey, certificate: root });
  const leaf = certify('leaf', leafKey, { key: middleKey, certificate: middle });
  expect(
    new X509Certificate(certificatePem(leaf.raw)).checkIssued(
      new X509Certificate(certificatePem(middle.raw)),
    ),
  ).toBe(true);
  expect(bundleOf(leaf, [middle, root, root])).toEqual({
    chain: certificatePem(leaf.raw) + certificatePem(middle.raw),
    ca: certificatePem(root.raw),
  });
});

it('reads addresses as Go does, and no others', () => {
  expect(['10.0.0.1', '2001:0DB8:0::1', 'a.test', '1:2'].map(canonicalAddress)).toEqual([
    '10.0.0.1',
    '2001:db8::1',
    undefined,
    undefined,
  ]);
});
