import { expect, it } from 'vitest';
import { isAlertSent, tellsOf } from './alert-step.js';

const firing = { name: 'GpuHot', receiver: 'oncall' };
const ours =
  'Notify success component=dispatcher receiver=oncall integration=webhook[0] attempts=1 alerts="[Slow[0a1b2c3][active] GpuHot[1234567][active]]"';
const real =
  'time=2026-01-01T00:00:00Z level=DEBUG msg="Notify success" component=dispatcher receiver="oncall" integration=webhook[0] aggrGroup="{}:{}" attempts=1 alerts=[GpuHot[1234567][resolved]]';

it('reads the log of an Alertmanager, simulated or real', () => {
  expect(tellsOf(firing, ours)).toBe(true);
  expect(tellsOf({ ...firing, receiver: 'other' }, ours)).toBe(false);
  expect(tellsOf({ ...firing, name: 'Hot' }, ours)).toBe(false);
  expect(tellsOf({ ...firing, state: 'resolved' }, ours)).toBe(false);
  expect(tellsOf({ ...firing, state: 'resolved' }, real)).toBe(true);
  expect(tellsOf({ ...firing, name: 'GPU (hot)' }, ours.replace('GpuHot', 'GPU (hot)'))).toBe(true);
  expect(tellsOf(firing, ours.replace('success', 'attempt failed'))).toBe(false);
});

it('looks at the Alertmanagers of the namespace', async () => {
  const pod = (name: string, image: string) => ({
    ...{ metadata: { name }, spec: { containers: [{ name: 'c', image }] } },
  });
  const pods = '/api/v1/namespaces/monitoring/pods';
  const answers: Readonly<Record<string, unknown>> = {
    [pods]: { items: [pod('web', 'web:1'), pod('am', 'quay.io/prometheus/alertmanager:v0.28.1')] },
    [`${pods}/am/log?container=c`]: `begins\n${ours}\n`,
  };
  const asked: string[] = [];
  const ask = (path: string) => {
    asked.push(path);
    return Promise.resolve(answers[path]);
  };
  expect(await isAlertSent({ ...firing, namespace: 'monitoring' }, ask)).toBe(true);
  expect(asked).toHaveLength(2);
  expect(await isAlertSent(firing, ask)).toBe(false);
});
