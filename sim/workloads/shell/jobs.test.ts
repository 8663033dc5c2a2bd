import { expect, it } from 'vitest';
import type { Job } from './job.js';
import { Jobs } from './jobs.js';

const job = (pid: number, status?: number): Job => ({
  pid,
  status,
  whenDone: [],
  stop: () => undefined,
});

it('forgets older jobs that have ended, however many are started', () => {
  const jobs = new Jobs();
  jobs.add(job(1));
  for (let pid = 2; pid < 10_000; pid++) jobs.add(job(pid, 0));
  expect(jobs.size).toBeLessThanOrEqual(100);
  // One that still runs, and those that were started last, can be waited for.
  expect(jobs.of(['1', '9999']).map(({ pid }) => pid)).toEqual([1, 9999]);
  expect(jobs.of(['2'])).toEqual([]);
  expect(jobs.of([])).toHaveLength(jobs.size);
});
