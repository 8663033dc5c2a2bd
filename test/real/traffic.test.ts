/** Scenarios with traffic on clusters in real time: what is sent, who answers, and what an autoscaler makes of it. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { controlPlaneBackend } from '../../src/backends/control-plane-cluster.js';
import { kubeconfigBackend } from '../../src/backends/kubeconfig-backend.js';
import { Pacer } from '../../src/backends/pacer.js';
import type { BackendFlags, RealBackend } from '../../src/backends/real-backend.js';
import { simulationOptions } from '../../src/backends/sim-options.js';
import { bootSimulatedCluster } from '../../src/backends/sim.js';
import { sailForReal, type RealVoyage } from '../../src/scenario/real-voyage.js';
import { loadScenario } from '../../src/scenario/scenario.js';
import { playedBackend } from './played-cluster.js';
import { hasRealPrograms, whyNone } from './real-programs.js';

const folder = mkdtempSync(join(tmpdir(), 'traffic-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function sailed(
  name: string,
  backend: RealBackend,
  flags: BackendFlags = {},
): Promise<RealVoyage & { readonly told: readonly string[] }> {
  const told: string[] = [];
  const voyage = await sailForReal(loadScenario(`test/real/${name}/scenario.yaml`), {
    seed: 1,
    chosen: { backend },
    flags,
    timeScale: 1,
    realMaxMs: 240_000,
    tell: line => told.push(line),
  });
  expect(voyage.steps.map(({ title, message }) => [title, message])).toEqual(
    voyage.steps.map(({ title }) => [title, undefined]),
  );
  return { ...voyage, told };
}

describe('traffic in real time', () => {
  it('reaches containers through the API server of a cluster that is there already', async () => {
    await using simulated = await bootSimulatedCluster(
      simulationOptions({ seed: 1, operators: [] }),
    );
    const kubeconfig = join(folder, 'kubeconfig');
    writeFileSync(kubeconfig, await simulated.kubeconfig());
    const pacer = new Pacer(simulated.simulation.loop, 1);
    pacer.start();
    try {
      const { requests, told } = await sailed('served', kubeconfigBackend, { kubeconfig });
      const [web] = requests ?? [];
      expect([requests?.length, web?.service]).toEqual([1, 'default/web']);
      // Five a second for about three seconds, then nobody is there.
      expect(web?.finished).toBeGreaterThan(5);
      expect(web?.failed['no endpoint']).toBeGreaterThan(2);
      expect(told.some(line => /^traffic: \d+ requests to 1 Services/.test(line))).toBe(true);
      expect(told.filter(line => line.startsWith('left behind'))).toEqual([]);
    } finally {
      await pacer.stop();
    }
  }, 120_000);

  it('reaches what our kubelets play, where they play the nodes', async () => {
    const { requests } = await sailed('served', playedBackend());
    const [web] = requests ?? [];
    expect(web?.service).toBe('default/web');
    expect(web?.finished).toBeGreaterThan(500);
    expect(web?.failed['no endpoint']).toBeGreaterThan(500);
  }, 120_000);
});

describe.skipIf(!hasRealPrograms())(`on a real control plane (skipped: ${whyNone})`, () => {
  it('moves the real autoscaler, by metrics that are served from here', async () => {
    const { requests, verdicts } = await sailed('autoscaling', controlPlaneBackend);
    expect(requests?.[0]?.service).toBe('default/web');
    expect(requests?.[0]?.finished).toBeGreaterThan(10_000);
    // Its audit log tells who asked for what.
    const audited = verdicts.find(({ law }) => law === 'every-mutation-audited');
    expect(audited).toMatchObject({ kind: 'held' });
  }, 300_000);
});
