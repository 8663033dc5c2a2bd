import { expect, it } from 'vitest';
import { boot } from '../../sim/index.js';
import { writeMasterEndpoints } from './master-endpoints.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

it('says of the API server what its slice says, once', async () => {
  const { loop, serve } = boot({ seed: 1, nodes: [] });
  const get = (path: string): unknown => {
    let body: unknown;
    serve({ method: 'GET', path }, admin, answer => (body = answer.body));
    loop.runUntil(loop.now() + 30_000);
    return body;
  };
  const written = [writeMasterEndpoints(serve), writeMasterEndpoints(serve)];
  loop.runUntil(loop.now() + 30_000);
  await Promise.all(written);
  const slices = get('/apis/discovery.k8s.io/v1/namespaces/default/endpointslices') as {
    readonly items: readonly { readonly endpoints: readonly { addresses: readonly string[] }[] }[];
  };
  expect(slices.items).toHaveLength(1);
  const [ip] = slices.items[0]?.endpoints[0]?.addresses ?? [];
  expect(get('/api/v1/namespaces/default/endpoints/kubernetes')).toMatchObject({
    subsets: [{ addresses: [{ ip }], ports: [{ name: 'https', protocol: 'TCP' }] }],
  });
});
