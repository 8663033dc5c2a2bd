import { describe, expect, it } from 'vitest';
import {
  node,
  Past,
  podSpec,
  running,
  storyOf,
  verdictOnNothing,
} from '../../test/laws/history.js';
import { eventClaimsAreTrue } from './event-claims-are-true.js';

let events = 0;

function tells(past: Past, reason: string, message: string, kind = 'Pod', name = 'one'): Past {
  const involvedObject = { kind, namespace: 'a', name };
  return past.write('Event', `a/event-${++events}`, { reason, message, involvedObject });
}

/** A running pod on n1. */
function one(): Past {
  return new Past()
    .write('Node', 'n1', node({}))
    .as('system:node:n1')
    .write('Pod', 'a/one', { spec: podSpec({}, 'n1'), status: running() })
    .at('10s');
}

it('is broken when an event names another node than the pod has', () => {
  const past = tells(one(), 'Scheduled', 'Successfully assigned a/one to n2').at('5m');
  expect(storyOf(past.verdict(eventClaimsAreTrue))).toEqual({
    what: 'an event claims "Successfully assigned a/one to n2", but no such pod is bound to n2',
    objects: ['Pod a/one'],
    evidence: [
      '0s system:node:n1 creates Pod a/one: on n1, phase Running',
      `10s system:node:n1 creates Event a/event-${events}: Successfully assigned a/one to n2`,
    ],
  });
});

describe('each claim, false and true', () => {
  it.each<readonly [string, string, string, (past: Past) => Past]>([
    [
      'Killing',
      'Stopping container main',
      'Pod',
      past =>
        past.write('Pod', 'a/one', { metadata: { deletionTimestamp: '2026-01-01T00:00:20Z' } }),
    ],
    ['SuccessfulDelete', 'Deleted pod: one', 'ReplicaSet', past => past.remove('Pod', 'a/one')],
    [
      'SuccessfulCreate',
      'Created pod: two',
      'ReplicaSet',
      past => past.write('Pod', 'a/two', { spec: podSpec({}) }),
    ],
    [
      'ScalingReplicaSet',
      'Scaled up replica set web from 1 to 3',
      'Deployment',
      past => past.write('ReplicaSet', 'a/web', { spec: { replicas: 3 } }),
    ],
    [
      'SuccessfulRescale',
      'New size: 4; reason: cpu resource utilization above target',
      'HorizontalPodAutoscaler',
      past => past.write('HorizontalPodAutoscaler', 'a/one', { status: { desiredReplicas: 4 } }),
    ],
    ['SuccessfulCreate', 'Created job tidy-1', 'CronJob', past => past.write('Job', 'a/tidy-1')],
  ])('%s: %s', (reason, message, kind, makeTrue) => {
    expect(tells(one(), reason, message, kind).at('5m').verdict(eventClaimsAreTrue).kind).toBe(
      'broken',
    );
    const past = makeTrue(tells(one(), reason, message, kind).at('12s')).at('5m');
    expect(past.verdict(eventClaimsAreTrue)).toMatchObject({ kind: 'held', looked: 1 });
  });
});

it('takes a container that starts anew for the end of the one before', () => {
  const statuses = [{ name: 'main', containerID: 'c://2', state: { running: {} } }];
  const killed = tells(one(), 'Killing', 'Container main failed liveness probe, will be restarted');
  const past = killed
    .at('20s')
    .write('Pod', 'a/one', { status: { ...running(), containerStatuses: statuses } });
  expect(past.at('5m').verdict(eventClaimsAreTrue).kind).toBe('held');
});

it('does not judge what a node that is silent cannot show, nor what claims nothing', () => {
  const lost = { conditions: [{ type: 'Ready', status: 'Unknown' }] };
  const past = tells(one(), 'Killing', 'Stopping container main').write('Node', 'n1', {
    status: lost,
  });
  expect(past.at('5m').verdict(eventClaimsAreTrue).kind).toBe('held');
  expect(tells(one(), 'Pulled', 'whatever').at('5m').verdict(eventClaimsAreTrue).kind).toBe(
    'vacuous',
  );
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(eventClaimsAreTrue)).toBe('vacuous');
});
