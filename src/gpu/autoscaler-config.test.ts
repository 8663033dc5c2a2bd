import { describe, expect, it } from 'vitest';
import { parseLocated } from '../input/located.js';
import { autoscalerAt, checkedAutoscaler } from './autoscaler-config.js';
import { parseKindConfig } from './kind-config.js';
import { nodeAutoscaling } from './node-groups.js';

const kindText = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\nname: c\n';
const config = parseKindConfig(kindText, 'kind.yaml');

function refusalOf(text: string): string {
  const [document] = parseLocated(text, 'a.yaml');
  if (document === undefined) return 'empty';
  try {
    autoscalerAt(document, []);
    return 'taken';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('node groups', () => {
  it('are made with their names, sizes, labels, taints and GPUs', () => {
    const taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' } as const;
    const { groups, flags } = nodeAutoscaling(
      checkedAutoscaler({
        nodeGroups: [
          {
            name: 'a100',
            min: 1,
            max: 4,
            cpu: '64',
            gpus: { product: 'NVIDIA-A100-SXM4-80GB', count: 2 },
            labels: { tier: 'training' },
            taints: [taint],
            provisioning: { median: '3m', outages: [{ from: '1h', until: '2h' }] },
          },
        ],
        expander: 'most-pods, least-waste',
        scaleDownUnneededTime: '5m',
        ignoreDaemonsetsUtilization: true,
      }),
      { config, seed: 1 },
    );
    const [group] = groups;
    expect(group).toMatchObject({ name: 'a100', min: 1, max: 4, size: 1, prefix: 'c-a100' });
    expect(group?.provisioning).toEqual({
      medianMs: 180_000,
      sigma: 0.2,
      failedShare: 0,
      outages: [{ fromMs: 3_600_000, untilMs: 7_200_000 }],
    });
    const shape = group?.shapeOf('c-a100-7');
    expect(shape).toMatchObject({ name: 'c-a100-7', taints: [taint], isControlPlane: false });
    expect(shape?.capacity).toMatchObject({ cpu: '64', memory: '32Gi', pods: '110' });
    expect(shape?.labels).toMatchObject({ tier: 'training', 'seatrial.dev/node-group': 'a100' });
    expect(shape?.devices).toHaveLength(2);
    expect(group?.shapeOf('c-a100-8').devices[0]?.id).not.toBe(shape?.devices[0]?.id);
    expect(flags).toMatchObject({
      expanders: ['most-pods', 'least-waste'],
      scaleDownUnneededTimeMs: 300_000,
      ignoreDaemonSetsUtilization: true,
    });
  });

  it.each([
    ['nodeGroups: []', 'a.yaml:1: nodeGroups: must have at least one entry, has none'],
    [
      'nodeGroups: [{ name: a, max: 1 }]\nscaleDownUnneededTime: 10',
      'a.yaml:2: scaleDownUnneededTime: must be a string, is 10',
    ],
    [
      'nodeGroups: [{ name: a, max: 1, mni: 0 }]',
      'a.yaml:1: nodeGroups[0].mni: unknown field "mni"',
    ],
    [
      'nodeGroups:\n  - { name: a, min: 3, max: 1 }',
      'a.yaml:2: nodeGroups[0].min: must be at most max, 1; is 3',
    ],
    [
      'nodeGroups:\n  - { name: a, max: 1, size: 2 }',
      'a.yaml:2: nodeGroups[0].size: must be from 0 to 1, is 2',
    ],
    [
      'nodeGroups:\n  - { name: a, max: 1 }\n  - { name: a, max: 2 }',
      'a.yaml:3: nodeGroups[1].name: there are two groups a',
    ],
    [
      'nodeGroups: [{ name: a, max: 1, memory: lots }]',
      'a.yaml:1: nodeGroups[0].memory: "lots" is not a quantity',
    ],
    [
      'nodeGroups: [{ name: a, max: 1 }]\nexpander: leastwaste',
      'a.yaml:2: expander: there is no expander leastwaste',
    ],
    [
      'nodeGroups: [{ name: a, max: 1 }]\nscaleDownUtilizationThreshold: 50',
      'a.yaml:2: scaleDownUtilizationThreshold: must be a share from 0 to 1, is 50',
    ],
    [
      "nodeGroups: [{ name: a, max: 1, labels: { 'kubernetes.io/x': own } }]",
      'a.yaml:1: nodeGroups[0].labels.kubernetes.io/x: a kubelet may not give itself the label kubernetes.io/x',
    ],
  ])('are refused where %j says it', (text, refusal) => {
    expect(refusalOf(text)).toBe(refusal);
  });
});
