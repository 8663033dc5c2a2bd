import { expect, it } from 'vitest';
import { Loop } from '../engine/loop.js';
import { EventSeries } from './event-series.js';

it('forgets series that are over, also while one goes on', () => {
  const clock = new Loop();
  const series = new EventSeries({ clock, component: 'default-scheduler' });
  const told = (name: string, reason: string) => {
    const metadata = { name, namespace: 'default', uid: name };
    const regarding = { apiVersion: 'v1', kind: 'Pod', metadata };
    return series.observe({ regarding, type: 'Normal', reason, message: reason });
  };
  for (let minute = 0; minute < 1000; minute++) {
    // A pod that waits is told of every five minutes, for ever; others are bound.
    if (minute % 5 === 0) told('waits', 'FailedScheduling');
    told(`pod-${minute}`, 'Scheduled');
    clock.runUntil(clock.now() + 60_000);
    expect(series.size).toBeLessThanOrEqual(8);
  }
  expect(told('waits', 'FailedScheduling')).toBeUndefined();
});
