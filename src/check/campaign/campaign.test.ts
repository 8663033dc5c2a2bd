/** A campaign on our own simulated cluster: its shards are played, one of them crashes at first. */
import { expect, it } from 'vitest';
import type { Workload } from '../../../sim/workloads/workload.js';
import { bootSimulatedCluster } from '../../backends/sim.js';
import { campaignObjects, type Campaign } from './job.js';
import { followCampaign, removeCampaign } from './follow.js';

const node = {
  name: 'n1',
  labels: {},
  taints: [],
  capacity: { cpu: '8', memory: '32Gi', 'ephemeral-storage': '100Gi', pods: '110' },
  devices: [],
  isControlPlane: false,
};

const campaign: Campaign = {
  name: 'night',
  namespace: 'default',
  image: 'example.com/seatrial:1',
  shards: 4,
  seed: 7,
  runs: 400,
  words: ['--faults', 'none'],
  manifests: 'kind: ConfigMap\n',
  retries: 2,
};

/** Writes what `seatrial check --reporter json` would; `exitOf` decides how each try ends. */
function playedCheck(exitOf: (index: number, attempt: number) => number): Workload {
  const attempts = new Map<number, number>();
  return {
    name: 'played-check',
    start(context) {
      const index = Number(context.env['JOB_COMPLETION_INDEX']);
      const attempt = (attempts.get(index) ?? 0) + 1;
      attempts.set(index, attempt);
      const code = exitOf(index, attempt);
      context.clock.after(500, 'the check ends', () => {
        context.log('seatrial 0.1.0, seed 7');
        const report = { kind: 'CheckReport', words: context.command.slice(5), index, attempt };
        if (code < 3) context.log(JSON.stringify(report, undefined, 2));
        context.exit(code);
      });
      return {};
    },
  };
}

const boot = (exitOf: (index: number, attempt: number) => number) =>
  bootSimulatedCluster({
    seed: 1,
    nodes: [node],
    workloads: [{ image: 'example.com/seatrial', workload: playedCheck(exitOf) }],
  });

it('runs each shard, tries one again that crashed, and believes one that found something', async () => {
  await using cluster = await boot((index, attempt) => {
    if (index === 1) return attempt === 1 ? 3 : 0;
    return index === 2 ? 1 : 0;
  });
  const told: string[] = [];
  const objects = campaignObjects(campaign);
  const result = await followCampaign(cluster, objects, {
    within: '10m',
    tell: line => told.push(line),
  });
  expect(result.failed).toEqual([]);
  const reports = [...result.reports].map(([index, text]) => [index, JSON.parse(text)]);
  const words = ['index/4', '--seed', '7', '--runs', '400', '--reporter', 'json', '--quiet'];
  const wanted = { kind: 'CheckReport', words: [...words, '--faults', 'none'] };
  expect(reports).toEqual([
    [0, { ...wanted, index: 0, attempt: 1 }],
    [1, { ...wanted, index: 1, attempt: 2 }],
    [2, { ...wanted, index: 2, attempt: 1 }],
    [3, { ...wanted, index: 3, attempt: 1 }],
  ]);
  expect(told.at(-1)).toMatch(/^night: 0 active, 3 succeeded, 2 failed, indexes that failed: 2$/);
  expect(await removeCampaign(cluster, objects)).toEqual([]);
  await cluster.advance('5m');
  const { body } = await cluster.request({
    method: 'GET',
    path: '/api/v1/namespaces/default/pods',
  });
  expect((body as { items?: unknown[] }).items ?? []).toEqual([]);
});

it('says which index gave nothing, and why', async () => {
  await using cluster = await boot(index => (index === 3 ? 137 : 0));
  const result = await followCampaign(cluster, campaignObjects(campaign), {
    within: '30m',
    tell: () => undefined,
  });
  expect(result.failed).toEqual([{ index: 3, why: 'exit code 137' }]);
  expect([...result.reports.keys()]).toEqual([0, 1, 2]);
});

it('refuses manifests that no ConfigMap holds', () => {
  const manifests = 'x'.repeat(1_000_001);
  expect(() => campaignObjects({ ...campaign, manifests })).toThrow('more than 1000000 bytes');
});
