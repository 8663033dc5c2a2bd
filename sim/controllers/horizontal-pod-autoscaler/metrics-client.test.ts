import { expect, it } from 'vitest';
import type { Answer, Reconciliation, Request } from '../../client/contract.js';
import type { RestMapper } from '../control/rest-mapper.js';
import { objectMetric, podsMetrics } from './metrics-client.js';

const mapper = {
  *versionsOf() {
    return ['v1beta2'];
  },
  *resourcesOf(_group: string, kind: string) {
    return { error: `no matches for kind "${kind}" in group "example.com"` };
  },
} as unknown as RestMapper;

/** What comes of it when every request is answered like this. */
function outcome<T>(reconciliation: Reconciliation<T>, answer: Omit<Answer, 'object'>): T {
  for (let sent: unknown; ;) {
    const next = reconciliation.next(sent as never);
    if (next.done === true) return next.value;
    expect((next.value as Request).method).toBe('GET');
    sent = answer;
  }
}

const absent = { isOk: false, status: 404, reason: '', message: '', body: 'no' } as const;
const custom = 'unable to fetch metrics from custom metrics API: ';
const selectors = { selector: 'app=a', metricSelector: '' };

it('names the object in the error of a custom metric', () => {
  const metric = podsMetrics(mapper, { namespace: 'n', metric: 'm', ...selectors });
  expect(outcome(metric, absent)).toEqual({
    error: `${custom}the server could not find the requested resource (get pods.custom.metrics.k8s.io *)`,
  });
  const object = { apiVersion: 'v1', kind: 'Namespace', name: 'other' };
  const ofNamespace = objectMetric(mapper, { namespace: 'n', object, metric: 'm', ...selectors });
  expect(outcome(ofNamespace, absent)).toEqual({
    error: `${custom}the server could not find the requested resource (get metrics.custom.metrics.k8s.io m)`,
  });
});

it('prints a kind that is not served with its group', () => {
  const object = { apiVersion: 'example.com/v1', kind: 'Nope', name: 'b' };
  const metric = objectMetric(mapper, { namespace: 'n', object, metric: 'm', ...selectors });
  expect(outcome(metric, absent)).toEqual({
    error: `${custom}unable to map kind Nope.example.com to resource: no matches for kind "Nope" in group "example.com"`,
  });
});
