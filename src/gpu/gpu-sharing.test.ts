import { describe, expect, it } from 'vitest';
import { Random } from '../../sim/engine/random.js';
import { gpusOf } from './gpu-pool.js';
import { withGpuSharing } from './gpu-sharing.js';
import { parseKindConfig } from './kind-config.js';

const kind = (labels: string) =>
  parseKindConfig(
    `{ kind: Cluster, apiVersion: kind.x-k8s.io/v1alpha4, nodes: [{ role: control-plane, labels: {
      nvidia.com/gpu.product: Tesla-T4, nvidia.com/gpu.count: '2' ${labels} } }] }`,
    'kind.yaml',
  );

const map = (data: Readonly<Record<string, string>>, name = 'plugin') => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
});

const sliced = (replicas: number, more = '') => `
version: v1
sharing:
  timeSlicing:
    ${more}
    resources:
      - name: nvidia.com/gpu
        replicas: ${replicas}
`;

function offered(objects: readonly object[], labels = '') {
  const { nodes } = withGpuSharing(kind(labels), objects);
  const gpus = gpusOf(nodes[0]?.labels ?? {}, 'kind.yaml', new Random(1));
  const { 'nvidia.com/gpu.product': product, 'nvidia.com/gpu.sharing-strategy': strategy } =
    gpus.labels;
  const counts: Record<string, number> = {};
  for (const { resourceName } of gpus.devices) {
    counts[resourceName] = (counts[resourceName] ?? 0) + 1;
  }
  return { product, strategy, ...counts };
}

describe('the configuration of the device plug-in', () => {
  it('offers each GPU several times', () => {
    const whole = { product: 'Tesla-T4', strategy: 'none', 'nvidia.com/gpu': 2 };
    expect(offered([])).toEqual(whole);
    expect(offered([map({ other: 'a: b' })])).toEqual(whole);
    expect(offered([map({ any: sliced(4) })])).toEqual({
      ...{ product: 'Tesla-T4-SHARED', strategy: 'time-slicing', 'nvidia.com/gpu': 8 },
    });
  });

  it('gives shares a name of their own', () => {
    expect(offered([map({ any: sliced(4, 'renameByDefault: true') })])).toEqual({
      ...{ product: 'Tesla-T4', strategy: 'time-slicing', 'nvidia.com/gpu.shared': 8 },
    });
  });

  it('is the one that the node names, or else the policy, or else the usual one', () => {
    const both = map({ few: sliced(2), many: sliced(10) });
    const config = (key: string) => ({
      ...{
        kind: 'ClusterPolicy',
        spec: { devicePlugin: { config: { name: 'plugin', default: key } } },
      },
    });
    expect(offered([both])).toMatchObject({ 'nvidia.com/gpu': 2 });
    expect(offered([both, config('many')])).toMatchObject({ 'nvidia.com/gpu': 20 });
    const named = ", nvidia.com/device-plugin.config: 'few'";
    expect(offered([both, config('many')], named)).toMatchObject({ 'nvidia.com/gpu': 4 });
    const other = map({ any: sliced(3) }, 'another');
    expect(offered([other, both, config('many')])).toMatchObject({ 'nvidia.com/gpu': 20 });
  });

  it('yields to what a node says itself, and to what the plug-in cannot load', () => {
    const own = ", nvidia.com/gpu.replicas: '3'";
    expect(offered([map({ any: sliced(4) })], own)).toMatchObject({ 'nvidia.com/gpu': 6 });
    expect(offered([map({ any: sliced(1) })])).toMatchObject({ 'nvidia.com/gpu': 2 });
  });

  it('lets MPS divide the memory, and refuse who wants two', () => {
    const mps = map({ any: sliced(2).replace('timeSlicing', 'mps') });
    const { nodes } = withGpuSharing(kind(''), [mps]);
    const { devices } = gpusOf(nodes[0]?.labels ?? {}, 'kind.yaml', new Random(1));
    expect(devices[0]).toMatchObject({ memoryMiB: 7680, isOneEach: true });
  });
});
