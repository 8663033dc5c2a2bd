import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { loadScenario } from './scenario.js';
import { sail } from './voyage.js';

const text = `apiVersion: seatrial.dev/v1alpha1
kind: Scenario
metadata: { name: stopped }
spec:
  cluster: { operators: [] }
  steps:
    - advance: 1s
    - wait: { kind: Pod, name: nobody, condition: Ready, within: 5m }
    - advance: 1s
`;

it('calls no step failed that had its time taken by Ctrl-C', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'seatrial-interrupted-'));
  writeFileSync(join(folder, 'scenario.yaml'), text);
  const said: string[] = [];
  const run = await sail(loadScenario(join(folder, 'scenario.yaml')), {
    seed: 1,
    tell: line => void said.push(line),
    // The user stops it in the wait.
    isInterrupted: () => said.some(line => line.includes('nobody')),
  });
  expect(run.isInterrupted).toBe(true);
  expect(run.steps.map(({ result }) => result)).toEqual(['passed', 'skipped', 'skipped']);
  expect(run.steps[1]?.message).toMatch(/^interrupted: /);
  expect(said.join('\n')).not.toMatch(/FAILED/);
});
