import { expect, it } from 'vitest';
import { staticPass } from '../static-pass.js';

it('points at the file and the line that cannot be read', () => {
  const unread = [
    { place: { file: 'a.yaml', line: 3 }, reason: 'not YAML', kind: 'broken' as const },
  ];
  const { findings } = staticPass({ manifests: [], unread, notes: [] });
  expect(findings).toMatchObject([
    { id: 'SEA001', severity: 'error', file: 'a.yaml', line: 3, message: 'not YAML' },
  ]);
});
