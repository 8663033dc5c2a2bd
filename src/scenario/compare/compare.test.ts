import { expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import { differencesOf } from './differences.js';
import { FactBook } from './facts.js';

let revision = 0;

const entry = (type: HistoryEntry['type'], resource: string, object: object): HistoryEntry => ({
  revision: ++revision,
  timeMs: revision * 10,
  type,
  resource,
  user: '',
  object: object as KubeObject,
});

/** A pod of a deployment, with the random parts of one run. */
const pod = (run: string, status: object, nodeName?: string) => ({
  kind: 'Pod',
  metadata: {
    namespace: 'shop',
    name: `web-64586f5df-${run}`,
    generateName: 'web-64586f5df-',
    uid: `uid-${run}`,
    labels: { 'pod-template-hash': '64586f5df' },
  },
  spec: { nodeName },
  status,
});

const event = (run: string, reason: string, message: string) =>
  entry('ADDED', 'events', {
    kind: 'Event',
    metadata: { namespace: 'shop', name: `e.${run}.${reason}` },
    involvedObject: {
      kind: 'Pod',
      namespace: 'shop',
      name: `web-64586f5df-${run}`,
      uid: `uid-${run}`,
    },
    reason,
    message,
    type: 'Normal',
  });

const isReady = (status: string, reason?: string) => ({
  phase: 'Running',
  conditions: [{ type: 'Ready', status, reason }],
});

function facts(entries: readonly HistoryEntry[]) {
  const book = new FactBook({ namespaces: ['shop'] });
  for (const one of entries) book.add(one);
  return book.close();
}

const told = (one: readonly HistoryEntry[], other: readonly HistoryEntry[]) =>
  differencesOf(facts(one), facts(other)).map(({ sort, object, what, sides, known }) => [
    `${sort} ${object} ${what}`,
    ...sides,
    known !== undefined,
  ]);

const run = (name: string, node: string, ready = isReady('True')): HistoryEntry[] => [
  entry('ADDED', 'pods', pod(name, { phase: 'Pending' })),
  event(name, 'Scheduled', `Successfully assigned shop/web-64586f5df-${name} to ${node}`),
  event(name, 'Pulled', 'Successfully pulled image "nginx" in 814ms'),
  entry('MODIFIED', 'pods', pod(name, ready, node)),
];

it('finds two runs alike that differ in random names, times and order of objects', () => {
  expect(told(run('aaaa1', 'n1'), run('zzzz9', 'n1'))).toEqual([]);
});

it('knows that the scheduler draws a node', () => {
  expect(told(run('aaaa1', 'n1'), run('zzzz9', 'n2'))).toEqual([
    ['decision Pod shop/web-<hash>-* nodes', 'n1', 'n2', true],
  ]);
});

it('tells a condition, a missing event and a pod too many', () => {
  const [added, scheduled, , running] = run('bbbb2', 'n1', isReady('False', 'Unready'));
  const other = [added, scheduled, running, entry('ADDED', 'pods', pod('cccc3', {}))];
  const differences = told(
    run('aaaa1', 'n1'),
    other.filter(one => one !== undefined),
  );
  expect(differences).toEqual([
    [
      'object Pod shop/web-<hash>-* created and deleted',
      '1 created, 0 deleted',
      '2 created, 0 deleted',
      false,
    ],
    [
      'phase Pod shop/web-<hash>-* phases',
      'Pending > Running',
      'Pending; Pending > Running',
      false,
    ],
    ['condition Pod shop/web-<hash>-* Ready', 'True', 'False (Unready)', false],
    [
      'event Pod shop/web-<hash>-* Pulled',
      'Normal: Successfully pulled image "nginx" in <time>',
      'absent',
      false,
    ],
  ]);
});

it('tells an object that only one run had', () => {
  const job = { kind: 'Job', metadata: { namespace: 'shop', name: 'j', uid: 'j' } };
  expect(told([entry('ADDED', 'jobs.batch', job)], [])).toEqual([
    ['object Job shop/j existence', '1 created, 0 deleted', 'absent', false],
  ]);
});

it('knows that an autoscaler that went at once was never looked at', () => {
  const seen = { conditions: [{ type: 'ScalingActive', status: 'True' }] };
  const lived = (forMs: number, status: object): HistoryEntry[] => {
    const metadata = { namespace: 'shop', name: 's', uid: 's' };
    const scaler = { kind: 'HorizontalPodAutoscaler', metadata, status };
    const born = entry('ADDED', 'horizontalpodautoscalers.autoscaling', scaler);
    return [born, { ...born, type: 'MODIFIED', timeMs: born.timeMs + forMs }];
  };
  const what = 'condition HorizontalPodAutoscaler shop/s ScalingActive';
  expect(told(lived(9_000, {}), lived(16_000, seen))).toEqual([[what, 'absent', 'True', true]]);
  expect(told(lived(20_000, {}), lived(16_000, seen))).toEqual([[what, 'absent', 'True', false]]);
});

it('looks at nothing outside of the namespaces, nor at events of programs about themselves', () => {
  const other = { kind: 'Pod', metadata: { namespace: 'kube-system', name: 'x', uid: 'x' } };
  const about = entry('ADDED', 'events', {
    kind: 'Event',
    metadata: { namespace: 'shop', name: 'e' },
    involvedObject: { kind: 'Namespace', namespace: 'shop', name: 'kube-apiserver' },
    reason: 'Readyz',
  });
  expect(told([entry('ADDED', 'pods', other), about], [])).toEqual([]);
});

it('knows that a pod which ends as its job is cleaned up may go or stay, and its service with it', () => {
  const worker = (status: object, deletionTimestamp?: string) => ({
    kind: 'Pod',
    metadata: { namespace: 'shop', name: 'w-0', uid: 'w', deletionTimestamp },
    spec: { nodeName: 'n1' },
    status,
  });
  const service = { kind: 'Service', metadata: { namespace: 'shop', name: 'w-0', uid: 's' } };
  const lived = (goneAfterMs?: number): HistoryEntry[] => {
    const over = { phase: 'Succeeded' };
    const all = [
      entry('ADDED', 'pods', worker({})),
      entry('ADDED', 'services', service),
      entry('MODIFIED', 'pods', worker(over)),
    ];
    if (goneAfterMs === undefined) return all;
    const timeMs = (all[2]?.timeMs ?? 0) + goneAfterMs;
    const gone = worker(over, '2026-01-01T00:00:00Z');
    const end = [
      entry('MODIFIED', 'pods', gone),
      entry('DELETED', 'pods', gone),
      entry('DELETED', 'services', service),
    ];
    return [...all, ...end.map(each => ({ ...each, timeMs }))];
  };
  const knowns = (goneAfterMs: number) => told(lived(), lived(goneAfterMs)).map(([, , , is]) => is);
  expect(knowns(300)).toEqual([true, true]);
  expect(knowns(5_000)).toEqual([false, false]);
});
