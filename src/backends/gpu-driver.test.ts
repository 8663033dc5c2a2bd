import { describe, expect, it } from 'vitest';
import type { KindConfig } from '../gpu/kind-config.js';
import { bootSimulatedCluster } from './sim.js';
import { simulationOptions } from './sim-options.js';

describe('a cluster whose GPUs are offered by the DRA driver', () => {
  const config: KindConfig = {
    file: 'kind.yaml',
    name: 'dra',
    podSubnet: '10.244.0.0/16',
    serviceSubnet: '10.96.0.0/16',
    featureGates: {},
    runtimeConfig: {},
    nodes: [
      { role: 'control-plane', labels: {}, taints: [] },
      {
        role: 'worker',
        labels: {
          'nvidia.com/gpu.product': 'NVIDIA-A100-SXM4-80GB',
          'nvidia.com/gpu.count': '1',
          'seatrial.dev/gpu-driver': 'dra',
        },
        taints: [],
      },
    ],
  };
  const claim = (name: string, profile: string) => ({
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: { name, namespace: 'default' },
    spec: {
      devices: {
        requests: [
          {
            name: 'mig',
            exactly: {
              deviceClassName: 'mig.nvidia.com',
              selectors: [
                {
                  cel: {
                    expression: `device.attributes['gpu.nvidia.com'].profile == '${profile}'`,
                  },
                },
              ],
            },
          },
        ],
      },
    },
  });
  const pod = (name: string, spec: object) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'i', ...spec }] },
  });
  const claiming = (name: string) => {
    const { spec, ...rest } = pod(name, { resources: { claims: [{ name: 'g' }] } });
    return { ...rest, spec: { ...spec, resourceClaims: [{ name: 'g', resourceClaimName: name }] } };
  };

  it('cuts a GPU up as claims ask, and gives it whole to nobody meanwhile', async () => {
    const options = simulationOptions({ seed: 1, config, operators: [] });
    await using cluster = await bootSimulatedCluster(options);
    await cluster.advance('30s');
    const applied = await cluster.apply([
      ...['4g.40gb', '3g.40gb', '1g.10gb'].map((profile, index) => claim(`p${index}`, profile)),
      ...[0, 1, 2].map(index => claiming(`p${index}`)),
      pod('whole', { resources: { limits: { 'nvidia.com/gpu': '1' } } }),
    ]);
    expect(applied.flatMap(({ message }) => message ?? [])).toEqual([]);
    await cluster.advance('60s');
    const path = '/api/v1/namespaces/default/pods';
    const { body } = await cluster.request({ method: 'GET', path });
    const { items } = body as {
      items: { metadata: { name: string }; spec: { nodeName?: string } }[];
    };
    const places = items.map(({ metadata, spec }) => [metadata.name, spec.nodeName]);
    // A 4g and a 3g take the whole GPU: neither a third instance nor the GPU itself is left.
    expect(Object.fromEntries(places)).toEqual({
      p0: 'dra-worker',
      p1: 'dra-worker',
      p2: undefined,
      whole: undefined,
    });
  });
});
