import { expect, it } from 'vitest';
import { Past, podSpec, running, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { scaleDownKeepsCapacity } from './scale-down-keeps-capacity.js';

const selector = { app: 'fraud' };
const autoscaler = 'system:serviceaccount:kube-system:horizontal-pod-autoscaler';

function spec(replicas: number) {
  return { spec: { replicas, template: { metadata: { labels: selector } } } };
}

const pod = { metadata: { labels: selector }, spec: podSpec({}, 'n1'), status: running() };

function minute(past: Past, at: string, offered: number, capacity: number): Past {
  const kind = 'requests' as const;
  const what = { kind, spanMs: 60_000, service: 's/fraud', offered, finished: offered, failed: {} };
  return past.at(at).measure({ ...what, capacity });
}

/** Four replicas serve what two could not, and are scaled down. */
function scaledDown(by: string): Past {
  const past = new Past()
    .write('Service', 's/fraud', { spec: { selector } })
    .write('Deployment', 's/fraud', spec(4));
  for (const name of ['a', 'b', 'c', 'd']) past.write('Pod', `s/${name}`, pod);
  minute(past, '1m', 300, 400).at('70s').as(by).write('Deployment', 's/fraud', spec(2));
  return past.at('75s').remove('Pod', 's/c').remove('Pod', 's/d');
}

it('is broken when too little is left', () => {
  const verdict = minute(scaledDown(autoscaler), '3m', 300, 200).verdict(scaleDownKeepsCapacity);
  expect(storyOf(verdict)).toEqual({
    what: 'after Deployment s/fraud was scaled down, Service s/fraud has capacity for 200 of 300 requests',
    objects: ['Deployment s/fraud', 'Service s/fraud'],
    evidence: [
      '60s 300 requests, capacity for 400',
      `70s ${autoscaler} writes Deployment s/fraud: from 4 to 2 replicas`,
      '180s 300 requests, capacity for 200',
    ],
  });
});

it('lets demand grow afterwards, and people scale down as they like', () => {
  const grown = minute(scaledDown(autoscaler), '3m', 600, 200).verdict(scaleDownKeepsCapacity);
  expect(grown).toMatchObject({ kind: 'held', looked: 1 });
  const meant = minute(scaledDown('alice'), '3m', 300, 200).verdict(scaleDownKeepsCapacity);
  expect(meant.kind).toBe('vacuous');
});

it('does not blame the scale-down for replicas that something else took', () => {
  const lost = scaledDown(autoscaler).at('80s').remove('Pod', 's/b');
  expect(minute(lost, '3m', 300, 100).verdict(scaleDownKeepsCapacity).kind).toBe('vacuous');
  lost.at('3m30s').write('Pod', 's/e', pod);
  expect(minute(lost, '4m', 300, 150).verdict(scaleDownKeepsCapacity).kind).toBe('vacuous');
});

it('takes what network policies drop for no demand: an autoscaler sees nothing of it', () => {
  const past = scaledDown(autoscaler)
    .at('3m')
    .measure({
      ...{
        kind: 'requests' as const,
        spanMs: 60_000,
        service: 's/fraud',
        offered: 300,
        finished: 150,
      },
      ...{ failed: { 'dropped by network policies': 150 }, capacity: 200 },
    });
  expect(past.verdict(scaleDownKeepsCapacity)).toMatchObject({ kind: 'held', looked: 1 });
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(scaleDownKeepsCapacity)).toBe('vacuous');
});
