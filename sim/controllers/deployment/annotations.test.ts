import { expect, it } from 'vitest';
import type { ReplicaSet } from '../../api/kinds/apps.js';
import { lastRevision, maxRevision, newSetAnnotations, revisionOf } from './annotations.js';

const key = 'deployment.kubernetes.io/revision';
const set = (revision: string): ReplicaSet => ({
  metadata: { name: 'web', annotations: { [key]: revision } },
  spec: { selector: {} },
});

it('counts revisions in 64 bits, for anybody may set the annotation', () => {
  const sets = ['3546343826724305832', '3546343826724305833', '7', 'none'].map(set);
  expect(maxRevision(sets)).toBe(3546343826724305833n);
  expect(lastRevision(sets)).toBe(3546343826724305832n);
  const deployment = { metadata: { name: 'web' } };
  expect(newSetAnnotations(deployment, {}, maxRevision(sets) + 1n)[key]).toBe(
    '3546343826724305834',
  );
  expect(revisionOf(set('+5'))).toBe(5n);
  expect(revisionOf(set('9223372036854775808'))).toBeUndefined();
});
