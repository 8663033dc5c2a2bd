import { expect, it } from 'vitest';
import { Past, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { onePodPerMember } from './one-pod-per-member.js';

const member = (type: string, index: number, owner = 'job') => ({
  metadata: {
    labels: {
      'training.kubeflow.org/replica-type': type,
      'training.kubeflow.org/replica-index': String(index),
    },
    ownerReferences: [{ uid: owner, kind: 'MXJob', name: owner, controller: true }],
  },
});

const first = (): Past => new Past().write('Pod', 'a/w-1', member('worker', 0)).at('1s');

it('is broken when a member lives twice', () => {
  const past = first().as('operator').write('Pod', 'a/w-2', member('worker', 0));
  expect(storyOf(past.verdict(onePodPerMember))).toEqual({
    what: 'Pod a/w-2 is the same member as Pod a/w-1, which lives',
    objects: ['Pod a/w-1', 'Pod a/w-2'],
    evidence: ['0s kubernetes-admin creates Pod a/w-1', '1s operator creates Pod a/w-2'],
  });
});

it('holds for other members, other owners, and for who comes after one that ended or ends', () => {
  const others = first()
    .write('Pod', 'a/w-2', member('worker', 1))
    .write('Pod', 'a/s-0', member('server', 0))
    .write('Pod', 'a/o-0', member('worker', 0, 'other'));
  expect(others.verdict(onePodPerMember)).toMatchObject({ kind: 'held', looked: 4 });
  const failed = first()
    .write('Pod', 'a/w-1', { status: { phase: 'Failed' } })
    .write('Pod', 'a/w-2', member('worker', 0));
  expect(failed.verdict(onePodPerMember).kind).toBe('held');
  const ending = first()
    .write('Pod', 'a/w-1', { metadata: { deletionTimestamp: '2026-01-01T00:00:01Z' } })
    .write('Pod', 'a/w-2', member('worker', 0));
  expect(ending.verdict(onePodPerMember).kind).toBe('held');
});

it('has nothing to judge without members', () => {
  expect(verdictOnNothing(onePodPerMember)).toBe('vacuous');
  expect(new Past().write('Pod', 'a/plain').verdict(onePodPerMember).kind).toBe('vacuous');
});
