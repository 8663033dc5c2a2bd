import { expect, it } from 'vitest';
import { bootSimulatedCluster } from '../backends/sim.js';
import { parseManifests } from '../input/manifests.js';
import { isExtended, labelsOfResources, resourcesIn } from './extended-resources.js';
import { parseKindConfig } from './kind-config.js';
import { nodeShapes } from './node-shapes.js';

it('are said by labels, and read from them', () => {
  const labels = labelsOfResources({
    ...{ 'amd.com/gpu': '8', 'nvidia.com/gpu': '4', 'hugepages-1Gi': '0', cpu: '4' },
    ...{ 'rdma/hca_shared': '63', 'nvidia.com/mig-1g.10gb': '7' },
  });
  expect(labels).toEqual({
    'amd.com.capacity.seatrial.dev/gpu': '8',
    'rdma.capacity.seatrial.dev/hca_shared': '63',
    'nvidia.com.capacity.seatrial.dev/mig-1g.10gb': '7',
  });
  expect(resourcesIn({ ...labels, zone: 'a' })).toEqual({
    ...{ 'amd.com/gpu': '8', 'rdma/hca_shared': '63', 'nvidia.com/mig-1g.10gb': '7' },
  });
  expect(isExtended('attachable-volumes-csi')).toBe(false);
});

it('are given out to pods', async () => {
  const config = parseKindConfig(
    `kind: Cluster
apiVersion: kind.x-k8s.io/v1alpha4
name: c
nodes:
  - role: control-plane
    labels: { amd.com.capacity.seatrial.dev/gpu: '8', capacity.seatrial.dev/hugepages-2Mi: 4Gi }
`,
    'kind.yaml',
  );
  await using cluster = await bootSimulatedCluster({
    seed: 1,
    nodes: nodeShapes(config, 1),
    operators: [],
  });
  const pods = ['a', 'b'].map(
    name => `{ apiVersion: v1, kind: Pod, metadata: { name: ${name}, namespace: default },
  spec: { containers: [{ name: c, image: i, resources: { limits:
    { amd.com/gpu: 5, hugepages-2Mi: 1Gi, memory: 1Gi } } }] } }`,
  );
  await cluster.apply(parseManifests(pods.join('\n---\n'), 'a.yaml').map(({ object }) => object));
  await cluster.advance('1m');
  const phases = await Promise.all(
    ['a', 'b'].map(async name => {
      const path = `/api/v1/namespaces/default/pods/${name}`;
      const { body } = await cluster.request({ method: 'GET', path });
      return (body as { readonly status: { readonly phase: string } }).status.phase;
    }),
  );
  expect(phases).toEqual(['Running', 'Pending']);
});
