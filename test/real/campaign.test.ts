/** A campaign's Indexed Job on a real control plane: the real Job controller retries the index that crashed. */
import { describe, expect, it } from 'vitest';
import type { Workload } from '../../sim/workloads/workload.js';
import { controlPlaneBackend } from '../../src/backends/control-plane-cluster.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { followCampaign, removeCampaign } from '../../src/check/campaign/follow.js';
import { campaignObjects } from '../../src/check/campaign/job.js';
import { hasRealPrograms, whyNone } from './real-programs.js';

describe.skipIf(!hasRealPrograms())(`on a real control plane (skipped: ${whyNone})`, () => {
  it('collects what the shards wrote, one of them at its second try', async () => {
    const attempts = new Map<string, number>();
    const check: Workload = {
      name: 'played-check',
      start(context) {
        const index = context.env['JOB_COMPLETION_INDEX'] ?? '';
        const attempt = (attempts.get(index) ?? 0) + 1;
        attempts.set(index, attempt);
        context.clock.after(300, 'the check ends', () => {
          if (index === '1' && attempt === 1) return context.exit(137);
          context.log(JSON.stringify({ kind: 'CheckReport', index, attempt }, undefined, 2));
          // Exit code 1: something was found, which another try would find again.
          context.exit(index === '2' ? 1 : 0);
        });
        return {};
      },
    };
    const { config, ...needs } = simulationOptions({ seed: 1, operators: [] });
    await using cluster = await controlPlaneBackend.open({
      needs: {
        ...needs,
        hasMetricsServer: false,
        workloads: [{ image: 'example.com/seatrial', workload: check }],
      },
      config,
      flags: {},
      tell: () => undefined,
    });
    const objects = campaignObjects({
      name: 'night',
      namespace: 'default',
      image: 'example.com/seatrial:1',
      shards: 3,
      seed: 7,
      runs: 30,
      words: [],
      manifests: 'kind: ConfigMap\n',
      retries: 2,
    });
    const { reports, failed } = await followCampaign(cluster, objects, {
      within: '3m',
      tell: () => undefined,
    });
    expect(failed).toEqual([]);
    const told = [...reports].map(([index, text]) => [index, JSON.parse(text)]);
    expect(told).toEqual([
      [0, { kind: 'CheckReport', index: '0', attempt: 1 }],
      [1, { kind: 'CheckReport', index: '1', attempt: 2 }],
      [2, { kind: 'CheckReport', index: '2', attempt: 1 }],
    ]);
    expect(await removeCampaign(cluster, objects)).toEqual([]);
  }, 300_000);
});
