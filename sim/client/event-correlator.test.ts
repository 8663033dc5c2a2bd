import { expect, it } from 'vitest';
import { Loop } from '../engine/loop.js';
import { EventCorrelator } from './event-correlator.js';

/** client-go's cache of what was told. */
const remembered = 4096;

it('forgets what was not told for longest, and only that', () => {
  const correlator = new EventCorrelator({ clock: new Loop(), component: 'kubelet' });
  const tell = (name: string) => {
    const regarding = { kind: 'Pod', apiVersion: 'v1', metadata: { namespace: 'default', name } };
    return correlator.observe({ regarding, type: 'Normal', reason: 'Started', message: 'started' });
  };
  const isKnown = (name: string) => tell(name)?.patch !== undefined;
  for (let index = 0; index < remembered; index++) tell(`pod-${index}`);
  expect(isKnown('pod-0')).toBe(true);
  tell('one more');
  expect(isKnown('pod-1')).toBe(false);
  expect([isKnown('pod-0'), isKnown('pod-3'), isKnown('one more')]).toEqual([true, true, true]);
  // The last ones pushed out pod-2, and then pod-4, which is now the oldest.
  expect(isKnown('pod-2')).toBe(false);
  expect([isKnown('pod-5'), isKnown('pod-4')]).toEqual([true, false]);
});

it('combines the tenth of similar events and the next, which name no reporter', () => {
  const correlator = new EventCorrelator({ clock: new Loop(), component: 'kubelet', host: 'node' });
  const regarding = {
    kind: 'Pod',
    apiVersion: 'v1',
    metadata: { namespace: 'default', name: 'p' },
  };
  const writes = Array.from({ length: 11 }, (_, index) =>
    correlator.observe({ regarding, type: 'Normal', reason: 'Scaled', message: `to ${index}` }),
  );
  const reporter = (index: number) => {
    const { reportingComponent, reportingInstance } = Object(writes[index]?.event) as Record<
      string,
      unknown
    >;
    return [reportingComponent, reportingInstance];
  };
  expect(reporter(8)).toEqual(['kubelet', 'node']);
  expect(reporter(9)).toEqual(['', undefined]);
  expect(writes[9]?.event).toMatchObject({
    message: '(combined from similar events): to 9',
    source: { component: 'kubelet', host: 'node' },
  });
  expect(writes[10]?.patch).toMatchObject({ count: 2 });
});
