import { expect, it } from 'vitest';
import { node, Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { nothingTerminatesForEver } from './nothing-terminates-for-ever.js';

const going = { deletionTimestamp: '2026-01-01T00:00:10Z' };

it('is broken when a finalizer is never taken away', () => {
  const past = new Past()
    .write('ConfigMap', 'a/map', { metadata: { finalizers: ['example.com/hold'] } })
    .at('10s')
    .write('ConfigMap', 'a/map', { metadata: going })
    .at('20m');
  expect(storyOf(past.verdict(nothingTerminatesForEver))).toEqual({
    what: 'ConfigMap a/map is terminating for more than 10 min, held by example.com/hold',
    objects: ['ConfigMap a/map'],
    evidence: ['10s kubernetes-admin writes ConfigMap a/map: it is deleted'],
  });
});

/** A pod is deleted on a node that does not answer. */
function silent(): Past {
  const lost = { conditions: [{ type: 'Ready', status: 'Unknown' }] };
  return new Past()
    .write('Namespace', 'a', { metadata: { finalizers: ['kubernetes'] } })
    .write('Node', 'n1', node({}))
    .write('Pod', 'a/one', { spec: podSpec({}, 'n1') })
    .write('Node', 'n1', { status: lost })
    .at('10s')
    .write('Pod', 'a/one', { metadata: { ...going, deletionGracePeriodSeconds: 30 } })
    .write('Namespace', 'a', { metadata: going });
}

it('lets a pod wait for its node, and a namespace for its pod', () => {
  expect(silent().at('2h').verdict(nothingTerminatesForEver).kind).toBe('inconclusive');
  const back = silent().at('2h').write('Node', 'n1', node({})).at('3h');
  expect(back.verdict(nothingTerminatesForEver)).toMatchObject({ kind: 'broken', breachCount: 2 });
  const gone = silent().at('2h').remove('Pod', 'a/one').remove('Namespace', 'a').at('3h');
  expect(gone.verdict(nothingTerminatesForEver)).toMatchObject({ kind: 'held', looked: 2 });
});

it('lets an owner that is a pod wait for the pod of its dependents', () => {
  const finalizers = ['foregroundDeletion'];
  const past = silent()
    .write('Node', 'n2', node({}))
    .write('Pod', 'a/leader', { spec: podSpec({}, 'n2') })
    .at('20s')
    .write('Pod', 'a/leader', { metadata: { ...going, finalizers } });
  const uid = past.entries.at(-1)?.object.metadata.uid ?? '';
  const ownerReferences = [{ apiVersion: 'v1', kind: 'Pod', name: 'leader', uid }];
  past.write('Pod', 'a/one', { metadata: { ownerReferences } });
  expect(past.at('2h').verdict(nothingTerminatesForEver).kind).toBe('inconclusive');
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(nothingTerminatesForEver)).toBe('vacuous');
});
