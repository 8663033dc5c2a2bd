import { expect, it } from 'vitest';
import type { Outcome } from '../laws/law.js';
import { serviceRequests } from './service-requests.js';

it('sums up what was counted, and what of it after faults', () => {
  const span = (timeMs: number, failed = 0, afterFault?: string): Outcome => ({
    ...{ kind: 'requests', timeMs, spanMs: 30_000, service: 'ml/web', capacity: 9 },
    ...{ offered: 5, finished: 5 - failed, failed: failed > 0 ? { refused: failed } : {} },
    unheard: { ended: 0, starting: 0 },
    ...(afterFault !== undefined && { afterFault }),
  });
  const outcomes = [span(30_000), span(60_000, 1, 'node-down w1'), span(90_000, 2)];
  expect(serviceRequests(outcomes)).toEqual([
    {
      ...{ service: 'ml/web', offered: 15, finished: 12, failed: { refused: 3 } },
      afterFaults: { forMs: 30_000, offered: 5, failed: 1, faults: ['node-down w1'] },
    },
  ]);
});
