/**
 * CertificateSigningRequests of a cluster with an authority: approved, signed, refused and cleaned.
 * @upstream pkg/controller/certificates/{approver,signer,cleaner}; test/e2e/auth/certificates.go
 */
import { X509Certificate } from 'node:crypto';
import { beforeAll, expect, it } from 'vitest';
import type { CertificateSigningRequest } from '../sim/api/kinds/certificates.js';
import type { ConfigMap } from '../sim/api/kinds/core.js';
import { ecdsaKey } from '../sim/api/pki/keys.js';
import { signingRequest } from '../sim/api/pki/request.js';
import { noNames, type Subject } from '../sim/api/pki/subject.js';
import type { ApiRequest } from '../sim/api/request.js';
import { createAuthority, type Authority } from '../sim/http/certificates.js';
import { boot } from '../sim/index.js';

const collection = '/apis/certificates.k8s.io/v1/certificatesigningrequests';
const admin = { user: 'admin', groups: ['system:masters'] };
const key = ecdsaKey(256, bound => 7 % bound);
let authority: Authority;

beforeAll(async () => {
  authority = await createAuthority();
});

function bootCluster() {
  const sim = boot({ seed: 1, authority, nodes: [] });
  const ask = <T>(request: ApiRequest, as = admin): T => {
    let answer: unknown;
    sim.serve(request, { certificate: as }, got => {
      answer = got.body;
    });
    return answer as T;
  };
  const run = (seconds: number) => sim.loop.runUntil(sim.loop.now() + seconds * 1_000);
  run(5);
  const get = (name: string) =>
    ask<CertificateSigningRequest>({ method: 'GET', path: `${collection}/${name}` });
  const approve = (name: string): void => {
    const asked = get(name);
    const approval = { type: 'Approved', status: 'True', reason: 'ByHand', message: 'yes' };
    const body = { ...asked, status: { conditions: [approval] } };
    ask({ method: 'PUT', path: `${collection}/${name}/approval`, body });
    run(2);
  };
  return { sim, ask, run, get, approve };
}

interface Asked {
  readonly name: string;
  readonly signer: string;
  readonly subject: Subject;
  readonly usages?: readonly string[];
  readonly seconds?: number;
}

function requestOf({ name, signer, subject, usages, seconds }: Asked): ApiRequest {
  const parts = { subject, names: noNames, usages: [], isCA: false, hasUsages: false };
  const body = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: btoa(signingRequest(parts, key)),
      signerName: `kubernetes.io/${signer}`,
      usages: usages ?? ['digital signature', 'client auth'],
      ...(seconds !== undefined && { expirationSeconds: seconds }),
    },
  };
  return { method: 'POST', path: collection, body };
}

const client = 'kube-apiserver-client';
const day = 24 * 3_600;

it('signs what a person approved, for as long as was asked, and cleans it up an hour later', () => {
  const { sim, ask, run, get, approve } = bootCluster();
  const subject = { commonName: 'jane', organizations: ['dev', 'ops'] };
  ask(requestOf({ name: 'jane', signer: client, subject, seconds: 3_600 }));
  run(2);
  expect(get('jane').status?.certificate).toBeUndefined();

  approve('jane');
  const certificate = new X509Certificate(atob(get('jane').status?.certificate ?? ''));
  expect(certificate.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
  // Go writes all organizations into one set.
  expect(certificate.subject.split('\n').sort()).toEqual(['CN=jane', 'O=dev + O=ops']);
  expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
  expect(certificate.ca).toBe(false);
  const [from, to] = [certificate.validFrom, certificate.validTo].map(Date.parse);
  // Five minutes are added before, and an hour is not cut by them.
  expect((to ?? 0) - (from ?? 0)).toBe(65 * 60_000);
  expect(sim.loop.now() - (from ?? 0)).toBeLessThan(5 * 60_000 + 4_000);

  run(2 * 3_600 + 60);
  expect(get('jane')).toMatchObject({ kind: 'Status', reason: 'NotFound' });
});

it('lets nothing last longer than a year', () => {
  const { ask, get, approve } = bootCluster();
  const subject = { commonName: 'jane' };
  ask(requestOf({ name: 'jane', signer: client, subject, seconds: 1_000 * day }));
  approve('jane');
  const certificate = new X509Certificate(atob(get('jane').status?.certificate ?? ''));
  const lasts = Date.parse(certificate.validTo) - Date.parse(certificate.validFrom);
  expect(lasts).toBe(365 * day * 1_000);
});

it('says of an approved request what its signer does not allow', () => {
  const { ask, get, approve } = bootCluster();
  const subject = { commonName: 'jane' };
  ask(requestOf({ name: 'jane', signer: client, subject, usages: ['server auth'] }));
  approve('jane');
  expect(get('jane').status?.certificate).toBeUndefined();
  expect(get('jane').status?.conditions?.[1]).toMatchObject({
    type: 'Failed',
    reason: 'SignerValidationFailure',
    message: 'invalid usage for client certificate: server auth',
  });
});

it('leaves the signers of others alone', () => {
  const { ask, get, approve } = bootCluster();
  const asked = requestOf({ name: 'jane', signer: client, subject: { commonName: 'jane' } });
  const { spec, ...rest } = asked.body as CertificateSigningRequest;
  ask({ ...asked, body: { ...rest, spec: { ...spec, signerName: 'example.com/ours' } } });
  approve('jane');
  expect(get('jane').status?.certificate).toBeUndefined();
});

it('approves of itself what a kubelet asks for, if it may', () => {
  const { ask, run, get } = bootCluster();
  const node = { user: 'system:node:one', groups: ['system:nodes', 'system:authenticated'] };
  const subject = { commonName: 'system:node:one', organizations: ['system:nodes'] };
  const signer = 'kube-apiserver-client-kubelet';
  ask(requestOf({ name: 'before', signer, subject }), node);
  run(5);
  expect(get('before').status?.conditions).toBeUndefined();

  ask({
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
    body: {
      metadata: { name: 'kubeadm:node-autoapprove-certificate-rotation' },
      roleRef: {
        apiGroup: 'rbac.authorization.k8s.io',
        kind: 'ClusterRole',
        name: 'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
      },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:nodes' }],
    },
  });
  ask(requestOf({ name: 'after', signer, subject }), node);
  run(5);
  expect(get('after').status?.conditions?.[0]).toMatchObject({
    reason: 'AutoApproved',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
  });
  expect(get('after').status?.certificate).toBeDefined();
});

it('cleans up what nobody has decided within a day', () => {
  const { ask, run, get } = bootCluster();
  ask(requestOf({ name: 'jane', signer: client, subject: { commonName: 'jane' } }));
  run(day - 10);
  expect(get('jane').kind).toBe('CertificateSigningRequest');
  run(3_700);
  expect(get('jane')).toMatchObject({ kind: 'Status', reason: 'NotFound' });
});

it('publishes the authority to the namespaces', () => {
  const { ask } = bootCluster();
  const path = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt';
  const published = ask<ConfigMap>({ method: 'GET', path });
  expect(published.data?.['ca.crt']).toBe(authority.certificate);
});
