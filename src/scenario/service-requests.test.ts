import { expect, it } from 'vitest';
import type { Outcome } from '../laws/law.js';
import { serviceRequests } from './service-requests.js';

it('sums up what was counted, and for how long nobody counted', () => {
  const span = (timeMs: number, failed = 0): Outcome => ({
    ...{ kind: 'requests', timeMs, spanMs: 30_000, service: 'ml/web', capacity: 9 },
    ...{ offered: 5, finished: 5 - failed, failed: failed > 0 ? { refused: failed } : {} },
    unheard: { ended: 0, starting: 0 },
  });
  const outcomes = [span(30_000), span(60_000, 1), span(210_000, 2)];
  expect(serviceRequests(outcomes)).toEqual([
    {
      ...{ service: 'ml/web', offered: 15, finished: 12, failed: { refused: 3 } },
      uncountedMs: 120_000,
    },
  ]);
});
