/** Certificates on a whole cluster: issued by an authority that is one itself, mounted, renewed in time. */
import { X509Certificate } from 'node:crypto';
import { expect, it } from 'vitest';
import type { ValidatingWebhookConfiguration } from '../sim/api/kinds/admissionregistration.js';
import type { APIService } from '../sim/api/kinds/apiregistration.js';
import type { Event as CoreEvent } from '../sim/api/kinds/core.js';
import { manifests, simulate } from '../src/index.js';

const given = `
apiVersion: cert-manager.io/v1
kind: ClusterIssuer
metadata: {name: selfsigned}
spec: {selfSigned: {}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: my-ca, namespace: default}
spec:
  isCA: true
  commonName: my-ca
  secretName: root
  privateKey: {algorithm: ECDSA, size: 256}
  issuerRef: {name: selfsigned, kind: ClusterIssuer, group: cert-manager.io}
  secretTemplate: {annotations: {cert-manager.io/allow-direct-injection: 'true'}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: serving, namespace: default}
spec:
  secretName: serving
  duration: 1h
  dnsNames: [hook.default.svc]
  privateKey: {algorithm: ECDSA, size: 256}
  issuerRef: {name: selfsigned, kind: ClusterIssuer}
---
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata: {name: hook, annotations: {cert-manager.io/inject-ca-from: default/serving}}
webhooks:
  - name: hook.default.svc
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig: {service: {name: hook, namespace: default}}
    rules: [{apiGroups: [none.test], apiVersions: [v1], operations: ['*'], resources: ['*']}]
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.none.test, annotations: {cert-manager.io/inject-ca-from-secret: default/root}}
spec:
  group: none.test
  version: v1
  service: {name: hook, namespace: default}
  groupPriorityMinimum: 1
  versionPriority: 1
---
apiVersion: cert-manager.io/v1
kind: Issuer
metadata: {name: my-ca, namespace: default}
spec: {ca: {secretName: root}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: web, namespace: default}
spec: {secretName: web-tls, duration: 1h, dnsNames: [web.default.svc], issuerRef: {name: my-ca}}
---
apiVersion: cert-manager.io/v1
kind: Certificate
metadata: {name: lost, namespace: default}
spec: {secretName: lost-tls, dnsNames: [lost.test], issuerRef: {name: nobody}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: shop, namespace: default, annotations: {cert-manager.io/issuer: my-ca}}
spec:
  tls: [{hosts: [shop.test], secretName: shop-tls}, {hosts: [lost.test]}]
  defaultBackend: {service: {name: shop, port: {number: 80}}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: default}
spec:
  containers: [{name: web, image: busybox, volumeMounts: [{name: tls, mountPath: /tls}]}]
  volumes: [{name: tls, secret: {secretName: web-tls}}]
`;

type Cluster = Awaited<ReturnType<typeof simulate>>;

async function get<T>(cluster: Cluster, path: string): Promise<T> {
  return (await cluster.request({ method: 'GET', path })).body as T;
}

const events = '/api/v1/namespaces/default/events';
const kinds = '/apis/cert-manager.io/v1/namespaces/default';

async function pair(cluster: Cluster): Promise<readonly [X509Certificate, X509Certificate]> {
  const path = '/api/v1/namespaces/default/secrets/web-tls';
  const { data } = await get<{ readonly data: Readonly<Record<string, string>> }>(cluster, path);
  const read = (name: string) => new X509Certificate(Buffer.from(data[name] ?? '', 'base64'));
  return [read('tls.crt'), read('ca.crt')];
}

/** The certificates in what the injector wrote. */
async function injected(cluster: Cluster) {
  const webhooks = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/hook';
  const hook = await get<ValidatingWebhookConfiguration>(cluster, webhooks);
  const api = '/apis/apiregistration.k8s.io/v1/apiservices/v1.none.test';
  const { spec } = await get<APIService>(cluster, api);
  const read = (bundle = '') =>
    Buffer.from(bundle, 'base64')
      .toString()
      .split(/(?=-----BEGIN)/)
      .map(text => new X509Certificate(text));
  return {
    hook: read(hook.webhooks?.[0]?.clientConfig.caBundle),
    aggregated: read(spec?.caBundle),
  };
}

it('are issued, mounted and renewed; others wait for their issuer', async () => {
  await using cluster = await simulate({ seed: 1, operators: ['cert-manager'] });
  for (const { message } of await cluster.apply(manifests(given))) {
    expect(message).toBeUndefined();
  }
  await cluster.advance('30s');
  const [first, authority] = await pair(cluster);
  expect(first.verify(authority.publicKey)).toBe(true);
  expect([first.subjectAltName, authority.subject]).toEqual(['DNS:web.default.svc', 'CN=my-ca']);
  expect(await get(cluster, `${kinds}/certificates/web`)).toMatchObject({
    status: { revision: 1, conditions: [{ type: 'Ready', status: 'True', reason: 'Ready' }] },
  });
  const bundles = await injected(cluster);
  expect(bundles.hook.map(one => one.subjectAltName)).toEqual(['DNS:hook.default.svc']);
  expect(bundles.aggregated.map(one => one.subject)).toEqual(['CN=my-ca']);
  expect(await get(cluster, '/api/v1/namespaces/default/pods/web')).toMatchObject({
    status: { phase: 'Running' },
  });
  expect(await get(cluster, `${kinds}/certificaterequests/lost-1`)).toMatchObject({
    status: {
      conditions: [
        { type: 'Approved', reason: 'cert-manager.io' },
        {
          ...{ type: 'Ready', status: 'False', reason: 'Pending' },
          message: 'Referenced "Issuer" not found: issuer.cert-manager.io "nobody" not found',
        },
      ],
    },
  });

  expect(await get(cluster, `${kinds}/certificates/shop-tls`)).toMatchObject({
    metadata: { ownerReferences: [{ kind: 'Ingress', name: 'shop' }] },
    status: { conditions: [{ type: 'Ready', status: 'True' }] },
  });
  const told = await get<{ readonly items: readonly CoreEvent[] }>(cluster, events);
  const ofIngress = told.items.filter(one => one.involvedObject.kind === 'Ingress');
  expect(ofIngress.map(one => `${one.source?.component} ${one.reason}: ${one.message}`)).toEqual(
    expect.arrayContaining([
      'cert-manager-ingress-shim CreateCertificate: Successfully created Certificate "shop-tls"',
      'cert-manager-ingress-shim BadConfig: Skipped a TLS block: spec.tls[1].secretName: Required value',
    ]),
  );

  // Two thirds of its hour are over.
  await cluster.advance('41m');
  const [second] = await pair(cluster);
  expect(second.verify(authority.publicKey)).toBe(true);
  expect(second.serialNumber).not.toBe(first.serialNumber);
  expect(Date.parse(second.validFrom) - Date.parse(first.validFrom)).toBe(40 * 60_000);
  expect(await get(cluster, `${kinds}/certificates/web`)).toMatchObject({
    status: { revision: 2 },
  });

  // The authority before stays in the bundle until it has ended.
  const renewed = await injected(cluster);
  const starts = renewed.hook.map(one => Date.parse(one.validFrom));
  expect(starts.map(at => (at - (starts[0] ?? 0)) / 60_000)).toEqual([0, 40]);
  expect(renewed.hook[0]?.serialNumber).toBe(bundles.hook[0]?.serialNumber);
  expect(renewed.aggregated.map(String)).toEqual(bundles.aggregated.map(String));

  // What a Certificate has made stays when it goes; its requests do not.
  await cluster.request({ method: 'DELETE', path: `${kinds}/certificates/web` });
  await cluster.advance('1m');
  await expect(pair(cluster)).resolves.toHaveLength(2);
  expect(await get(cluster, `${kinds}/certificaterequests/web-2`)).toMatchObject({ code: 404 });

  // What the Ingress no longer names goes, and what it names otherwise changes.
  const ingress = '/apis/networking.k8s.io/v1/namespaces/default/ingresses/shop';
  const headers = { 'content-type': 'application/merge-patch+json' };
  const block = { hosts: ['shop.test'], secretName: 'shop-tls' };
  for (const tls of [
    { ...block, hosts: ['www.test'] },
    { ...block, secretName: 'new-tls' },
  ]) {
    const body = { spec: { tls: [tls] } };
    await cluster.request({ method: 'PATCH', path: ingress, headers, body });
    await cluster.advance('10s');
  }
  const last = await get<{ readonly items: readonly CoreEvent[] }>(cluster, events);
  expect(last.items.map(one => one.message)).toEqual(
    expect.arrayContaining([
      'Successfully updated Certificate "shop-tls"',
      'Successfully created Certificate "new-tls"',
      'Successfully deleted unrequired Certificate "shop-tls"',
    ]),
  );
  expect(await get(cluster, `${kinds}/certificates/shop-tls`)).toMatchObject({ code: 404 });
});
