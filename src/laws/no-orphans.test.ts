import { expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { noOrphans } from './no-orphans.js';

const ownedBy = (...uids: readonly string[]) => ({
  metadata: { ownerReferences: uids.map(uid => ({ uid, kind: 'ReplicaSet', name: uid })) },
});

const collector = 'system:serviceaccount:kube-system:generic-garbage-collector';

function owned(): Past {
  return new Past()
    .write('ReplicaSet', 'a/set', { metadata: { uid: 'set' } })
    .write('ReplicaSet', 'a/other', { metadata: { uid: 'other' } })
    .write('Pod', 'a/pod', ownedBy('set'))
    .at('10s');
}

/** The set is deleted in the foreground, and its pod blocks that. */
function inForeground(): Past {
  const reference = { uid: 'set', kind: 'ReplicaSet', name: 'set', blockOwnerDeletion: true };
  const foreground = { finalizers: ['foregroundDeletion'], deletionTimestamp: 'now' };
  return owned()
    .write('Pod', 'a/pod', { metadata: { ownerReferences: [reference] } })
    .at('20s')
    .write('ReplicaSet', 'a/set', { metadata: foreground })
    .at('30s');
}

it('is broken when what belonged to an object stays', () => {
  const past = owned().as('ops').remove('ReplicaSet', 'a/set').at('10m');
  expect(storyOf(past.verdict(noOrphans))).toEqual({
    what: 'Pod a/pod is still there 5 min after its owner ReplicaSet a/set went',
    objects: ['Pod a/pod', 'ReplicaSet a/set'],
    evidence: [
      '0s kubernetes-admin creates Pod a/pod: it belongs to ReplicaSet a/set',
      '10s ops deletes ReplicaSet a/set',
    ],
  });
});

it('lets go what was released, what has another owner, and what is on its way out', () => {
  const released = owned().write('Pod', 'a/pod', ownedBy()).remove('ReplicaSet', 'a/set');
  expect(released.at('10m').verdict(noOrphans).kind).toBe('vacuous');
  const shared = owned()
    .write('Pod', 'a/pod', ownedBy('set', 'other'))
    .remove('ReplicaSet', 'a/set');
  expect(shared.at('10m').verdict(noOrphans)).toMatchObject({ kind: 'held', looked: 1 });
  const going = owned()
    .remove('ReplicaSet', 'a/set')
    .at('1m')
    .write('Pod', 'a/pod', { metadata: { deletionTimestamp: '2026-01-01T00:01:00Z' } });
  expect(going.at('10m').verdict(noOrphans).kind).toBe('held');
});

it('is broken when an owner in foreground deletion does not wait for what blocks it', () => {
  const early = inForeground().as(collector).remove('ReplicaSet', 'a/set').remove('Pod', 'a/pod');
  expect(storyOf(early.verdict(noOrphans))).toEqual({
    what: 'ReplicaSet a/set went in the foreground before Pod a/pod, which blocks it',
    objects: ['ReplicaSet a/set', 'Pod a/pod'],
    evidence: [
      '10s kubernetes-admin writes Pod a/pod: it belongs to ReplicaSet a/set',
      `30s ${collector} deletes ReplicaSet a/set`,
    ],
  });
});

it('lets an owner go at once that is deleted again, in the background', () => {
  const past = inForeground()
    .as('ops')
    .remove('ReplicaSet', 'a/set')
    .at('31s')
    .as(collector)
    .remove('Pod', 'a/pod');
  expect(past.at('10m').verdict(noOrphans)).toMatchObject({ kind: 'held', looked: 1 });
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(noOrphans)).toBe('vacuous');
});
