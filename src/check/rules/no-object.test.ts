import { expect, it } from 'vitest';
import { staticPass } from '../static-pass.js';

it('names what is left out', () => {
  const unread = [
    {
      place: { file: 'values.yaml', line: 1 },
      reason: 'kind: is not set',
      kind: 'no-object' as const,
    },
  ];
  const { findings } = staticPass({ manifests: [], unread, notes: [] });
  expect(findings).toMatchObject([{ id: 'SEA002', severity: 'info', file: 'values.yaml' }]);
});
