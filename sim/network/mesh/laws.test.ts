/** What holds of all meshes, whatever their policies. */
import { fc, test } from '@fast-check/vitest';
import { expect } from 'vitest';
import { judge } from './judge.js';
import type { AuthorizationPolicy, AuthorizationRule, MeshObject } from './kinds.js';
import { defaultMesh, type MeshRequest, type Workload } from './request.js';

const workload = (name: string, hasSidecar: boolean, ip: string): Workload => ({
  name,
  namespace: name,
  serviceAccount: name,
  labels: { app: name },
  hasSidecar,
  ip,
});
const clients = fc.constantFrom(
  workload('shop', true, '10.0.1.1'),
  workload('models', true, '10.0.2.2'),
  workload('old', false, '10.0.3.1'),
);
const server = workload('models', true, '10.0.2.1');

const values = (...texts: readonly string[]) =>
  fc.uniqueArray(fc.constantFrom(...texts), { minLength: 1, maxLength: 2 });
const some = <Fields extends object>(fields: {
  [Key in keyof Fields]: fc.Arbitrary<Fields[Key]>;
}) => fc.record(fields, { requiredKeys: [] });
const source = some({
  namespaces: values('shop', '*', 'o*'),
  notNamespaces: values('shop', 'models'),
  notPrincipals: values('*', '*/sa/shop'),
  ipBlocks: values('10.0.1.0/24', '10.0.0.0/8'),
});
const operation = some({
  methods: values('GET', 'POST'),
  notPaths: values('/score/*', '/{*}'),
  ports: values('8080', '9090'),
});
const rules: fc.Arbitrary<AuthorizationRule> = some({
  from: fc.array(fc.record({ source }), { minLength: 1, maxLength: 2 }),
  to: fc.array(fc.record({ operation }), { minLength: 1, maxLength: 2 }),
});
const policyOf = (actions: readonly string[], name: string): fc.Arbitrary<AuthorizationPolicy> =>
  fc
    .record({
      namespace: fc.constantFrom('models', 'istio-system', 'shop'),
      action: fc.constantFrom(...actions),
      list: fc.array(rules, { maxLength: 2 }),
    })
    .map(({ namespace, action, list }) => ({
      kind: 'AuthorizationPolicy',
      metadata: { namespace, name },
      spec: { action, rules: list },
    }));
const peers: fc.Arbitrary<MeshObject> = fc
  .constantFrom('STRICT', 'PERMISSIVE', 'DISABLE')
  .map(mode => ({
    kind: 'PeerAuthentication',
    metadata: { namespace: 'models', name: 'default' },
    spec: { mtls: { mode } },
  }));
const meshes = fc
  .tuple(peers, policyOf(['ALLOW', 'DENY', 'AUDIT'], 'a'), policyOf(['ALLOW', 'DENY'], 'b'))
  .map((objects): readonly MeshObject[] => objects);
const requests: fc.Arbitrary<MeshRequest> = fc.record({
  protocol: fc.constantFrom('http', 'tcp'),
  port: fc.constantFrom(8080, 9090),
  method: fc.constantFrom('GET', 'POST'),
  path: fc.constantFrom('/score/7', '/admin'),
});

function isAllowed(
  objects: readonly MeshObject[],
  client: Workload,
  request: MeshRequest,
  to = server,
): boolean {
  const { verdict } = judge(request, { client, server: to }, { objects, mesh: defaultMesh });
  return verdict === 'allow';
}

function hasAllow(objects: readonly MeshObject[]): boolean {
  return objects.some(
    ({ kind, metadata, spec }) =>
      kind === 'AuthorizationPolicy' &&
      metadata.namespace !== 'shop' &&
      spec !== undefined &&
      'action' in spec &&
      spec.action === 'ALLOW',
  );
}

test.prop([meshes, clients, requests, policyOf(['ALLOW'], 'new')])(
  'one more ALLOW policy only adds, but the first only removes',
  (objects, client, request, added) => {
    fc.pre(added.metadata.namespace !== 'shop');
    const before = isAllowed(objects, client, request);
    const after = isAllowed([...objects, added], client, request);
    if (hasAllow(objects)) expect(after || !before).toBe(true);
    else expect(before || !after).toBe(true);
  },
);

test.prop([meshes, clients, requests, policyOf(['DENY'], 'new')])(
  'one more DENY policy only removes, and the order of policies does not matter',
  (objects, client, request, added) => {
    const before = isAllowed(objects, client, request);
    const after = isAllowed([...objects, added], client, request);
    expect(before || !after).toBe(true);
    expect(isAllowed([added, ...objects.toReversed()], client, request)).toBe(after);
  },
);

test.prop([meshes, clients, requests])(
  'a server without a sidecar knows no policies, and STRICT only keeps out who is not known',
  (objects, client, request) => {
    expect(isAllowed(objects, client, request, { ...server, hasSidecar: false })).toBe(true);
    const mode = (text: string): readonly MeshObject[] => [
      ...objects.slice(1),
      {
        kind: 'PeerAuthentication',
        metadata: { namespace: 'models', name: 'default' },
        spec: { mtls: { mode: text } },
      },
    ];
    const strict = isAllowed(mode('STRICT'), client, request);
    expect(strict).toBe(client.hasSidecar && isAllowed(mode('PERMISSIVE'), client, request));
  },
);
