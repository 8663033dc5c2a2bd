/** What a gateway shows to Prometheus, under the names that Istio's proxies use. */
import { writeExposition } from '../../../sim/metrics/promql/exposition.js';
import { latencyBoundsMs, type FailureReason, type GatewayAnswers } from './contract.js';

/** What a client is answered where nothing answers in time. */
const codes: Readonly<Record<FailureReason, string>> = {
  'no gateway': '0',
  'no route': '404',
  'denied by policy': '503',
  refused: '503',
  reset: '503',
  'timed out': '504',
  shed: '503',
};

const bounds = [...latencyBoundsMs.map(String), '+Inf'].map(le => ({ le }));

/** The text of a scrape. */
export function gatewayMetrics({ finished, failures, within, sumMs }: GatewayAnswers): string {
  const byCode = new Map([['200', finished]]);
  for (const [reason, count] of Object.entries(failures)) {
    // `failures` has a count for each reason.
    const code = codes[reason as FailureReason];
    byCode.set(code, (byCode.get(code) ?? 0) + count);
  }
  const name = 'istio_request_duration_milliseconds';
  const buckets = bounds.map((labels, index) => ({
    suffix: '_bucket',
    labels,
    value: within[Math.min(index, within.length - 1)] ?? 0,
  }));
  const count = within.at(-1) ?? 0;
  return writeExposition([
    {
      name: 'istio_requests_total',
      type: 'counter',
      help: 'Requests by what their clients were answered.',
      samples: [...byCode].map(([code, value]) => ({ labels: { response_code: code }, value })),
    },
    {
      name,
      type: 'histogram',
      help: 'How long answers took from the intended start.',
      samples: [...buckets, { suffix: '_sum', value: sumMs }, { suffix: '_count', value: count }],
    },
  ]);
}
