import { expect, it } from 'vitest';
import { readExposition } from '../../../sim/metrics/promql/exposition.js';
import { latencyBoundsMs } from './contract.js';
import { noAnswers } from './gateway-counters.js';
import { gatewayMetrics } from './gateway-metrics.js';

it('shows counters by code, and a histogram that Prometheus reads', () => {
  const within = latencyBoundsMs.map((_, index) => index * 10);
  const failures = { ...noAnswers.failures, 'timed out': 3, shed: 2, reset: 1 };
  const { samples, error } = readExposition(
    gatewayMetrics({ finished: 80, failures, within, sumMs: 900 }),
  );
  expect(error).toBeUndefined();
  const shown = Object.fromEntries(
    samples.map(({ metric, value }) => {
      const { __name__: name, response_code: code, le } = metric;
      return [[name, code ?? le].filter(text => text !== undefined).join(' '), value];
    }),
  );
  expect(shown).toMatchObject({
    'istio_requests_total 200': 80,
    'istio_requests_total 503': 3,
    'istio_requests_total 504': 3,
    'istio_request_duration_milliseconds_bucket 5.0': 0,
    'istio_request_duration_milliseconds_bucket +Inf': 80,
    istio_request_duration_milliseconds_sum: 900,
    istio_request_duration_milliseconds_count: 80,
  });
});
