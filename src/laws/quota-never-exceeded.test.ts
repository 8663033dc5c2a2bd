import { expect, it } from 'vitest';
import { Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { quotaNeverExceeded } from './quota-never-exceeded.js';

const gpu = podSpec({ 'nvidia.com/gpu': '1' });
const limits = (hard: Readonly<Record<string, string>>) => ({ spec: { hard }, status: { hard } });

function one(): Past {
  return new Past()
    .write('Namespace', 'team')
    .write('ResourceQuota', 'team/gpus', limits({ 'requests.nvidia.com/gpu': '1' }))
    .at('10s')
    .as('ci')
    .write('Pod', 'team/one', { spec: gpu });
}

it('is broken when a second pod is taken where one is allowed', () => {
  const past = one().at('20s').write('Pod', 'team/two', { spec: gpu });
  expect(storyOf(past.verdict(quotaNeverExceeded))).toEqual({
    what: 'with Pod team/two requests.nvidia.com/gpu is 2, ResourceQuota team/gpus allows 1',
    objects: ['Pod team/two', 'ResourceQuota team/gpus'],
    evidence: [
      '0s kubernetes-admin creates ResourceQuota team/gpus: requests.nvidia.com/gpu is limited to 1',
      '20s ci creates Pod team/two: requests.nvidia.com/gpu is then 2',
    ],
  });
});

it('counts objects of any kind', () => {
  const past = new Past()
    .write('ResourceQuota', 'team/jobs', limits({ 'count/mxjobs.kubeflow.org': '1' }))
    .at('10s')
    .write('MXJob', 'team/one')
    .write('MXJob', 'other/one');
  expect(past.verdict(quotaNeverExceeded)).toMatchObject({ kind: 'held', looked: 1 });
  expect(past.write('MXJob', 'team/two').verdict(quotaNeverExceeded).kind).toBe('broken');
});

it('lets stay what was there before the quota was lowered, and forgets pods that ended', () => {
  const past = one()
    .write('Pod', 'team/one', { status: { phase: 'Succeeded' } })
    .at('20s')
    .write('Pod', 'team/two', { spec: gpu })
    .at('30s')
    .write('ResourceQuota', 'team/gpus', limits({ 'requests.nvidia.com/gpu': '0' }));
  expect(past.verdict(quotaNeverExceeded)).toMatchObject({ kind: 'held', looked: 2 });
});

it('lets a pod slip in whose forerunner the quota controller has not counted', () => {
  const hard = { 'requests.nvidia.com/gpu': '1' };
  const used = (amount: string) => ({
    spec: { hard },
    status: { hard, used: { 'requests.nvidia.com/gpu': amount } },
  });
  const created = (at: string) => ({ metadata: { creationTimestamp: `2026-01-01T00:00:${at}Z` } });
  const counted = (after: string) =>
    new Past()
      .write('ResourceQuota', 'team/gpus', used('1'))
      .at('10s')
      .write('Pod', 'team/one', { ...created('10'), spec: gpu })
      .at(after)
      .write('ResourceQuota', 'team/gpus', used('0'))
      .write('Pod', 'team/two', { ...created('20'), spec: gpu });
  expect(counted('10.1s').verdict(quotaNeverExceeded).kind).toBe('held');
  expect(counted('20s').verdict(quotaNeverExceeded).kind).toBe('broken');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(quotaNeverExceeded)).toBe('vacuous');
});
