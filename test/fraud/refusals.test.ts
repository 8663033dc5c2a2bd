/** What the cluster refuses shows: in the programs' logs, and in what does not happen. */
import { expect, it } from 'vitest';
import type { KubeObject } from '../../sim/api/object.js';
import { castOff } from './voyage.js';

/** The machine may be busy with other tests. */
const timeoutMs = 300_000;
const early = '[{ kind: card-testing, at: 1h, share: 0.03, cards: 2000, terminals: 4000 }]';
const isNamed = ({ kind, metadata }: KubeObject, wanted: string, name: string): boolean =>
  kind === wanted && metadata.name === name;

it(
  'the retraining is refused by RBAC, then by a quota, fails, and is created again after the cool-down',
  { timeout: timeoutMs },
  async () => {
    const binding: KubeObject[] = [];
    await using voyage = await castOff({
      drift: early,
      more: ['prometheus'],
      change: object => {
        if (isNamed(object, 'ResourceQuota', 'training')) {
          return { ...object, spec: { hard: { 'count/mxjobs.kubeflow.org': '1' } } };
        }
        if (isNamed(object, 'ConfigMap', 'drift-monitor')) return hopeless(object);
        if (!isNamed(object, 'RoleBinding', 'drift-monitor-creates-retraining')) return object;
        binding.push(object);
        return undefined;
      },
    });
    const { stack, cluster } = voyage;
    await voyage.sail(4, () => stack.recorder.findings.some(({ by }) => by === 'errors'));
    await voyage.sail(0.1);
    expect(await voyage.log('monitoring', 'drift-monitor')).toContain(
      'the retrainings cannot be seen: 403 mxjobs.kubeflow.org is forbidden: User ' +
        '"system:serviceaccount:monitoring:drift-monitor" cannot list resource "mxjobs"',
    );
    expect(stack.recovery().retrainings).toBe(0);
    await cluster.apply(binding);
    await voyage.sail(0.1);
    expect(await voyage.log('monitoring', 'drift-monitor')).toMatch(
      /the retraining was refused: 403 .*exceeded quota: training/,
    );
    // Prometheus has scraped as much, and its rule has seen it.
    expect(stack.recorder.alerts).toContainEqual({
      timeMs: expect.any(Number) as number,
      name: 'RetrainingRefused',
      state: 'firing',
      text: 'the API server refuses the retraining',
    });
    const path = '/api/v1/namespaces/training/resourcequotas/training';
    await cluster.request({ method: 'DELETE', path });
    await voyage.sail(0.1);
    expect(stack.recovery().retrainings).toBe(1);
    await voyage.sail(0.5);
    expect(await voyage.log('monitoring', 'drift-monitor')).toMatch(
      /the retraining fraud-retraining-\w+ has failed\n.*created the retraining/s,
    );
    expect(stack.recovery().retrainings).toBeGreaterThan(1);
    const steps = stack.outcomes().flatMap(outcome => ('step' in outcome ? [outcome.step] : []));
    expect(steps.slice(-4)).toContain('retraining failed');
  },
);

/** Its retraining cannot succeed, and its patience is short. */
function hopeless(object: KubeObject): KubeObject {
  const text = JSON.stringify(object)
    .replaceAll('cooldown: 1h', 'cooldown: 10m')
    .replaceAll('value: gradient-boosted-trees', 'value: tea-leaves');
  return JSON.parse(text) as KubeObject;
}

it(
  'without the opening to the drift monitor scores do not arrive, and payments are scored all the same',
  { timeout: timeoutMs },
  async () => {
    await using voyage = await castOff({
      change: object => {
        const isOpening = isNamed(object, 'NetworkPolicy', 'drift-monitor');
        return isOpening ? undefined : object;
      },
    });
    await voyage.sail(0.25);
    const { items } = (await voyage.get(
      '/api/v1/namespaces/serving/pods?labelSelector=serving.kserve.io/inferenceservice',
    )) as { readonly items: readonly KubeObject[] };
    const [first] = items;
    expect(
      await voyage.get(`/api/v1/namespaces/serving/pods/${first?.metadata.name ?? ''}/log`),
    ).toContain(
      'the drift monitor at drift-monitor.monitoring.svc.cluster.local does not take scores: timeout',
    );
    expect(await voyage.log('monitoring', 'drift-monitor')).not.toContain('first scores');
    const { finished, failed } = voyage.stack.report().data['traffic'] as Record<string, number>;
    expect(finished).toBeGreaterThan(30_000);
    expect(failed).toBeLessThan(100);
  },
);
