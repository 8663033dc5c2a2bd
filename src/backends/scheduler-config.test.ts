import { describe, expect, it } from 'vitest';
import { bootSimulatedCluster } from './sim.js';
import { simulationOptions } from './sim-options.js';
import { parseSchedulerConfig } from './scheduler-config.js';

const head = 'apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\n';

function refusal(text: string): string {
  try {
    parseSchedulerConfig(text, 's.yaml');
  } catch (error) {
    return (error as Error).message;
  }
  return 'taken';
}

describe('a scheduler configuration', () => {
  it.each([
    [
      'apiVersion: v1\nkind: Pod\n',
      `s.yaml:2: kind: couldn't decode as KubeSchedulerConfiguration, got v1, Kind=Pod`,
    ],
    ['kind: KubeSchedulerConfiguration\n', `s.yaml:1: apiVersion: Object 'apiVersion' is missing`],
    [
      'apiVersion: kubescheduler.config.k8s.io/v1beta3\nkind: KubeSchedulerConfiguration\n',
      's.yaml:1: apiVersion: no kind "KubeSchedulerConfiguration" is registered for version "kubescheduler.config.k8s.io/v1beta3" in scheme "k8s.io/kubernetes/pkg/scheduler/apis/config/scheme/scheme.go:30"',
    ],
    [
      `${head}profiles:\n- plugin: {}\n`,
      's.yaml:4: profiles[0].plugin: strict decoding error: unknown field "profiles[0].plugin"',
    ],
    [
      `${head}percentageOfNodesToScore: 200\n`,
      's.yaml:3: percentageOfNodesToScore: Invalid value: 200: not in valid range [0-100]',
    ],
    [
      `${head}profiles:\n- schedulerName: a\n- schedulerName: a\n`,
      's.yaml:5: profiles[1].schedulerName: Duplicate value: "profiles[0].schedulerName"',
    ],
    [
      `${head}profiles:\n- schedulerName: a\n- {}\n`,
      's.yaml:5: profiles[1].schedulerName: Required value',
    ],
    [
      `${head}profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeResourceFit\n`,
      's.yaml:7: profiles[0].plugins.score.enabled[0].name: ScorePlugin "NodeResourceFit" does not exist',
    ],
    [
      `${head}profiles:\n- plugins:\n    score:\n      enabled:\n      - name: NodeName\n`,
      's.yaml:7: profiles[0].plugins.score.enabled[0].name: plugin "NodeName" does not extend Score plugin',
    ],
    [
      `${head}profiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args:\n      scoringStrategy:\n        kind: x\n`,
      's.yaml:8: profiles[0].pluginConfig[0].args.scoringStrategy.kind: strict decoding error: unknown field "profiles[0].pluginConfig[0].args.scoringStrategy.kind"',
    ],
    [
      `${head}profiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args:\n      scoringStrategy: {type: Tight}\n`,
      's.yaml:7: profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value: "Tight": supported values: "LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"',
    ],
    [
      `${head}profiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args: {kind: InterPodAffinityArgs}\n`,
      's.yaml:6: profiles[0].pluginConfig[0].args: args for plugin NodeResourcesFit were not of type kubescheduler.config.k8s.io/v1, Kind=NodeResourcesFitArgs, got kubescheduler.config.k8s.io/v1, Kind=InterPodAffinityArgs',
    ],
    [
      `${head}extenders:\n- {urlPrefix: 'http://x', prioritizeVerb: p}\n`,
      's.yaml:4: extenders[0].weight: Invalid value: 0: must have a positive weight applied to it',
    ],
    [
      `${head}profiles:\n- plugins: {bind: {disabled: [{name: '*'}]}}\n`,
      's.yaml:4: profiles[0].plugins: at least one bind plugin is needed for profile with scheduler name "default-scheduler"',
    ],
    [`${head}profiles: nothing\n`, 's.yaml:3: profiles: must be a list, is "nothing"'],
    ['', 's.yaml:1: the file is empty'],
  ])('is refused with its line and in upstream’s words: %#', (text, message) => {
    expect(refusal(text)).toBe(message);
  });

  it('is taken with everything that v1 has', () => {
    const profile = `
percentageOfNodesToScore: 50
profiles:
- schedulerName: packer
  percentageOfNodesToScore: 100
  plugins:
    multiPoint: {disabled: [{name: ImageLocality}]}
    score: {enabled: [{name: NodeResourcesFit, weight: 5}], disabled: [{name: '*'}]}
  pluginConfig:
  - name: NodeResourcesFit
    args:
      apiVersion: kubescheduler.config.k8s.io/v1
      kind: NodeResourcesFitArgs
      scoringStrategy: {type: MostAllocated, resources: [{name: nvidia.com/gpu, weight: 3}]}
- schedulerName: default-scheduler
leaderElection: {leaderElect: true}
`;
    const read = parseSchedulerConfig(head + profile, 's.yaml');
    expect(read.profiles?.map(({ schedulerName }) => schedulerName)).toEqual([
      'packer',
      'default-scheduler',
    ]);
  });
});

describe('a cluster with a configured scheduler', () => {
  const pod = (name: string, schedulerName: string) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: {
      schedulerName,
      containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '1' } } }],
    },
  });
  const schedulerConfig = {
    profiles: [
      { schedulerName: 'default-scheduler' },
      {
        schedulerName: 'packer',
        pluginConfig: [
          { name: 'NodeResourcesFit', args: { scoringStrategy: { type: 'MostAllocated' } } },
        ],
        plugins: {
          score: { disabled: [{ name: '*' }], enabled: [{ name: 'NodeResourcesFit', weight: 1 }] },
        },
      },
    ],
  };

  it('packs for one profile, spreads for the other, and tells events by the profile’s name', async () => {
    const options = simulationOptions({ seed: 1, schedulerConfig, schedulerTies: 'smallest-name' });
    const nodes = ['a', 'b', 'c'].map(name => ({
      name,
      labels: {},
      taints: [],
      capacity: { cpu: '16', memory: '64Gi', 'ephemeral-storage': '100Gi', pods: '110' },
      devices: [],
      isControlPlane: false,
    }));
    await using cluster = await bootSimulatedCluster({ ...options, nodes, operators: [] });
    const names = [0, 1, 2, 3];
    const placesOf = async (scheduler: string): Promise<(string | undefined)[]> => {
      await cluster.apply(names.map(index => pod(`${scheduler}-${index}`, scheduler)));
      await cluster.advance('30s');
      const { body } = await cluster.request({
        method: 'GET',
        path: '/api/v1/namespaces/default/pods',
      });
      const { items } = body as {
        items: { metadata: { name: string }; spec: { nodeName?: string } }[];
      };
      return items
        .filter(({ metadata }) => metadata.name.startsWith(scheduler))
        .map(({ spec }) => spec.nodeName);
    };
    expect(new Set(await placesOf('packer')).size).toBe(1);
    expect(new Set(await placesOf('default-scheduler')).size).toBeGreaterThan(1);
    expect(await placesOf('nobody')).toEqual([undefined, undefined, undefined, undefined]);
    const path = '/apis/events.k8s.io/v1/events';
    const { body } = await cluster.request({ method: 'GET', path });
    const { items } = body as { items: { reason: string; reportingController: string }[] };
    const told = items.filter(({ reason }) => reason === 'Scheduled');
    expect(new Set(told.map(event => event.reportingController))).toEqual(
      new Set(['packer', 'default-scheduler']),
    );
  });
});
