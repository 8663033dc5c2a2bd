import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const secret = '\n---\n{ apiVersion: v1, kind: Secret, metadata: { name: database } }\n';

it('tells Secrets of variables and volumes; those that pull images are only worth a word', () => {
  const container = 'env: [{ name: A, valueFrom: { secretKeyRef: { name: databse, key: k } } }]';
  expect(found('SEA204', deployment({ container }) + secret)).toEqual([
    'warning 8 there is no Secret default/databse among the manifests; did you mean database?',
  ]);
  const spec = 'imagePullSecrets: [{ name: databas }],';
  expect(found('SEA204', deployment({ spec }) + secret)[0]).toMatch(/^info/);
});

it('is content with what a Certificate makes, and sees slips in its name', () => {
  const certificate =
    '\n---\n{ apiVersion: cert-manager.io/v1, kind: Certificate, metadata: { name: web }, spec: { secretName: web-tls, dnsNames: [a.b], issuerRef: { name: ca } } }\n';
  const volume = (name: string): string =>
    `volumes: [{ name: v, secret: { secretName: ${name} } }],`;
  expect(found('SEA204', deployment({ spec: volume('web-tls') }) + secret + certificate)).toEqual(
    [],
  );
  const slip = found('SEA204', deployment({ spec: volume('web-tsl') }) + secret + certificate);
  expect(slip[0]).toContain('did you mean web-tls?');
});

it('is content with what an annotated Ingress asks for', () => {
  const ingress =
    '\n---\n{ apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: { name: i, annotations: { cert-manager.io/issuer: ca } }, spec: { tls: [{ hosts: [a.b], secretName: web-tls }], defaultBackend: { service: { name: s, port: { number: 80 } } } } }\n';
  const spec = 'volumes: [{ name: v, secret: { secretName: web-tls } }],';
  expect(found('SEA204', deployment({ spec }) + secret + ingress)).toEqual([]);
  expect(found('SEA204', deployment({ spec }) + secret)).toHaveLength(1);
});

it('is content with what is there', () => {
  const spec = 'volumes: [{ name: v, secret: { secretName: database } }],';
  expect(found('SEA204', deployment({ spec }) + secret)).toEqual([]);
});
