import { expect, it } from 'vitest';
import { Pacer } from './pacer.js';
import { bootSimulatedCluster } from './sim.js';
import { simulationOptions } from './sim-options.js';
import { steeringOf } from './steering.js';
import { watchpointOf } from './watchpoint.js';

it('tells in one line why an expression is no CEL', () => {
  const pods = [{ kind: 'Pod', resource: 'pods', shortNames: ['po'], apiVersion: 'v1' }];
  const wrong = () => watchpointOf('pod/a object.status.phase === "Running"', pods as never);
  expect(wrong).toThrow(/^[^\n]+$/);
  expect(wrong).toThrow(/Syntax error|unexpected/i);
});

it('tells early of a name that was never there, and what there is instead', async () => {
  await using cluster = await bootSimulatedCluster(simulationOptions({ seed: 1, operators: [] }));
  const steering = steeringOf(cluster, new Pacer(cluster.simulation.loop, 1));
  const startMs = cluster.now();
  const asked = { withinMs: 86_400_000, unseenMs: 60_000 };
  await expect(steering.until('service/kubernete exists', asked)).rejects.toMatchObject({
    message: 'service/kubernete was not there for 60s, and nothing made it',
    details: { next: expect.stringContaining('did you mean kubernetes?') as string },
  });
  expect(cluster.now() - startMs).toBeLessThan(65_000);
  // What is there is waited for as long as was said, and so is a name with a limit of its own.
  const ever = { withinMs: 120_000, unseenMs: 60_000 };
  expect(await steering.until('service/kubernetes gone', ever)).toBe(false);
  expect(await steering.until('deployment/none exists', { withinMs: 90_000 })).toBe(false);
  expect(cluster.now() - startMs).toBeGreaterThan(270_000);
});
