import { expect, it } from 'vitest';
import { boot } from '../index.js';

const admin = { certificate: { user: 'admin', groups: ['system:masters'] } };

interface Answered {
  readonly metadata: { readonly uid: string };
  readonly status?: { readonly lastScheduleTime?: string };
  readonly items?: readonly { readonly reason?: string; readonly count?: number }[];
}

it('never finds a Job that has the name of a due one, and goes on when the next is due', () => {
  // @upstream pkg/controller/cronjob/utils.go getJobFromTemplate2: its Job knows no namespace.
  const startMs = Date.UTC(2026, 0, 1);
  const { loop, serve } = boot({ seed: 1, startMs, nodes: [] });
  const ask = (method: 'GET' | 'POST', path: string, sent?: object): Answered => {
    let body: unknown;
    const request = { method, path, ...(sent && { body: sent }) };
    serve(request, admin, answer => (body = answer.body));
    return body as Answered;
  };
  loop.runUntil(startMs + 5_000);
  const batch = '/apis/batch/v1/namespaces/default';
  const containers = [{ name: 'c', image: 'report' }];
  const spec = { template: { spec: { containers, restartPolicy: 'Never' } } };
  const { uid } = ask('POST', `${batch}/cronjobs`, {
    metadata: { name: 'report' },
    spec: { schedule: '* * * * *', jobTemplate: { spec } },
  }).metadata;
  const owner = { apiVersion: 'batch/v1', kind: 'CronJob', name: 'report', uid, controller: true };
  const name = `report-${startMs / 60_000 + 1}`;
  ask('POST', `${batch}/jobs`, { metadata: { name, ownerReferences: [owner] }, spec });
  const lastScheduleTime = () => ask('GET', `${batch}/cronjobs/report`).status?.lastScheduleTime;
  loop.runUntil(startMs + 110_000);
  expect(lastScheduleTime()).toBeUndefined();
  const { items = [] } = ask('GET', '/api/v1/namespaces/default/events');
  const unexpected = items.find(({ reason }) => reason === 'UnexpectedJob');
  expect(unexpected?.count).toBeGreaterThan(10);
  loop.runUntil(startMs + 180_000);
  expect(lastScheduleTime()).toBe('2026-01-01T00:02:00Z');
});
