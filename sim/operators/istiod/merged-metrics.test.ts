import { expect, it } from 'vitest';
import { mergedMetrics } from './merged-metrics.js';

const merged = {
  'prometheus.io/path': '/stats/prometheus',
  'prometheus.io/port': '15020',
  'prometheus.io/scrape': 'true',
};

it('leads scrapers to the agent, which asks as the pod had it', () => {
  const own = { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080', team: 'a' };
  expect(mergedMetrics(own)).toEqual({
    annotations: { team: 'a', ...merged },
    variable: {
      name: 'ISTIO_PROMETHEUS_ANNOTATIONS',
      value: '{"scrape":"true","path":"","port":"8080"}',
    },
  });
  expect(mergedMetrics({})).toEqual({ annotations: merged, variable: undefined });
});

it.each<Readonly<Record<string, string>>>([
  { 'prometheus.io/scrape': 'false' },
  { 'prometheus.io.scrape': '0' },
  { 'prometheus.istio.io/merge-metrics': 'false', 'prometheus.io/scrape': 'true' },
  { 'prometheus.io/port': '15020' },
])('leaves %j as it is', annotations => {
  expect(mergedMetrics(annotations)).toEqual({ annotations, variable: undefined });
});
