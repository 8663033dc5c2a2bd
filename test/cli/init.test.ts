import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { freshFolder, seatrial } from './seatrial.js';

it('writes beside what is there, and over nothing', () => {
  const map = '{ apiVersion: v1, kind: ConfigMap, metadata: { name: a } }\n';
  const folder = freshFolder({ 'a.yaml': map });
  const first = seatrial(folder, 'init', '--github');
  expect([first.code, first.stdout.trim().split('\n')]).toEqual([
    0,
    [
      'scenarios/first/scenario.yaml',
      'scenarios/first/kind-config.yaml',
      '.github/workflows/seatrial.yaml',
    ],
  ]);
  expect(readFileSync(join(folder, 'scenarios/first/scenario.yaml'), 'utf8')).toContain(
    'apply: { files: [../../a.yaml] }',
  );
  const second = seatrial(folder, 'init', 'a.yaml');
  expect(second.stderr).toBe(
    'error: there is a scenarios/first/scenario.yaml already\n  next: choose another name: --name first-2, or write over it with --force\n',
  );
  expect(second.code).toBe(2);
  expect(seatrial(folder, 'init', 'a.yaml', '--force').code).toBe(0);
});
