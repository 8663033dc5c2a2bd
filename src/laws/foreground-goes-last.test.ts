import { expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { foregroundGoesLast } from './foreground-goes-last.js';

const owned = (blockOwnerDeletion: boolean) => ({
  metadata: {
    ownerReferences: [{ uid: 'set', kind: 'ReplicaSet', name: 'set', blockOwnerDeletion }],
  },
});

function waiting(blocks: boolean): Past {
  return new Past()
    .write('ReplicaSet', 'a/set', { metadata: { uid: 'set' } })
    .write('Pod', 'a/pod', owned(blocks))
    .at('1m')
    .as('ops')
    .write('ReplicaSet', 'a/set', { metadata: { finalizers: ['foregroundDeletion'] } })
    .at('2m');
}

it('is broken when the owner goes first', () => {
  const past = waiting(true).remove('ReplicaSet', 'a/set');
  expect(storyOf(past.verdict(foregroundGoesLast))).toEqual({
    what: 'ReplicaSet a/set went while Pod a/pod, which blocks its deletion, is still there',
    objects: ['ReplicaSet a/set', 'Pod a/pod'],
    evidence: [
      '0s kubernetes-admin creates Pod a/pod: it blocks the deletion of ReplicaSet a/set',
      '60s ops writes ReplicaSet a/set: it is deleted in the foreground',
      '120s ops deletes ReplicaSet a/set',
    ],
  });
});

it('holds when the dependents went, do not block, are too young, or were let go of', () => {
  const gone = waiting(true).remove('Pod', 'a/pod').remove('ReplicaSet', 'a/set');
  expect(gone.verdict(foregroundGoesLast)).toMatchObject({ kind: 'held', looked: 1 });
  const free = waiting(false).remove('ReplicaSet', 'a/set');
  expect(free.verdict(foregroundGoesLast).kind).toBe('vacuous');
  const young = waiting(true)
    .remove('Pod', 'a/pod')
    .write('Pod', 'a/late', owned(true))
    .remove('ReplicaSet', 'a/set');
  expect(young.verdict(foregroundGoesLast).kind).toBe('held');
  const released = waiting(true)
    .write('Pod', 'a/pod', { metadata: { ownerReferences: [] } })
    .remove('ReplicaSet', 'a/set');
  expect(released.verdict(foregroundGoesLast).kind).toBe('held');
});

it('has nothing to judge where nobody deletes in the foreground', () => {
  expect(verdictOnNothing(foregroundGoesLast)).toBe('vacuous');
  const plain = new Past().write('Pod', 'a/pod', owned(true)).remove('Pod', 'a/pod');
  expect(plain.verdict(foregroundGoesLast).kind).toBe('vacuous');
});
