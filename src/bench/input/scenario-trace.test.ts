/** The shipped scenario as a trace: its GPU nodes, and a pod for each replica of its manifests. */
import { expect, it } from 'vitest';
import { readScenarioTrace } from './scenario-trace.js';

it('reads the fraud scenario', () => {
  const { trace, jobs = [] } = readScenarioTrace('scenarios/fraud/scenario.yaml');
  expect(trace.nodes.reduce((sum, { gpus }) => sum + gpus, 0)).toBeGreaterThan(0);
  expect(trace.nodes.every(({ cpuMilli, memoryMib }) => cpuMilli > 0 && memoryMib > 0)).toBe(true);
  const gangs = jobs.filter(({ pods }) => pods.length > 1);
  expect(gangs.map(({ name }) => name)).toContain('training/mxjob/fraud-initial');
  expect(trace.pods).toHaveLength(jobs.reduce((sum, { pods }) => sum + pods.length, 0));
  expect(trace.pods.some(({ gpus }) => gpus > 0)).toBe(true);
});
