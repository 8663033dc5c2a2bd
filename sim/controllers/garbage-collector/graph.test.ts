import { describe, expect, it } from 'vitest';
import { configMaps, pods } from '../../api/kinds/core.js';
import type { HasMetadata } from '../../api/object.js';
import type { EventRecorder, EventToRecord } from '../../client/event-recorder.js';
import { Graph } from './graph.js';

function graph() {
  const toDelete: string[] = [];
  const toOrphan: string[] = [];
  const events: EventToRecord[] = [];
  const recorder = { record: (event: EventToRecord) => events.push(event) };
  const made = new Graph(
    {
      attemptToDelete: uid => toDelete.push(uid),
      attemptToOrphan: uid => toOrphan.push(uid),
    },
    recorder as unknown as EventRecorder,
  );
  const taken = (list: string[]) => list.splice(0);
  return {
    graph: made,
    events,
    deletions: () => taken(toDelete),
    orphanings: () => taken(toOrphan),
  };
}

const owner = (more: object = {}, namespace = 'shop'): HasMetadata => ({
  metadata: { name: 'owner', namespace, uid: 'o', ...more },
});

const dependent = (more: object = {}): HasMetadata => ({
  metadata: {
    name: 'dependent',
    namespace: 'shop',
    uid: 'd',
    ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: 'o', ...more }],
  },
});

const deletedAt = '2026-01-01T00:00:00Z';

describe('The graph of owners', () => {
  it('looks at a dependent when its owner has gone', () => {
    const { graph: made, deletions } = graph();
    made.take(configMaps, { type: 'added', object: owner() });
    made.take(pods, { type: 'added', object: dependent() });
    expect(deletions()).toEqual([]);
    made.take(configMaps, { type: 'deleted', object: owner() });
    expect(deletions()).toEqual(['d']);
  });

  it('looks for an owner that nobody has seen', () => {
    const { graph: made, deletions } = graph();
    made.take(pods, { type: 'added', object: dependent() });
    expect(made.get('o')?.isVirtual).toBe(true);
    expect(deletions()).toEqual(['o']);
    made.takeAbsence(made.get('o')?.identity ?? { ...noIdentity });
    expect(deletions()).toEqual(['d']);
    expect(made.get('o')).toBeUndefined();
  });

  it('deletes dependents first when the owner waits for them', () => {
    const { graph: made, deletions } = graph();
    made.take(configMaps, { type: 'added', object: owner() });
    made.take(pods, { type: 'added', object: dependent({ blockOwnerDeletion: true }) });
    const waiting = owner({ deletionTimestamp: deletedAt, finalizers: ['foregroundDeletion'] });
    made.take(configMaps, { type: 'updated', object: waiting, old: owner() });
    expect(deletions()).toEqual(['d', 'o']);
    made.take(pods, { type: 'deleted', object: dependent({ blockOwnerDeletion: true }) });
    expect(deletions()).toEqual(['o']);
  });

  it('sets dependents free when the owner asks for that', () => {
    const { graph: made, orphanings } = graph();
    made.take(configMaps, { type: 'added', object: owner() });
    const waiting = owner({ deletionTimestamp: deletedAt, finalizers: ['orphan'] });
    made.take(configMaps, { type: 'updated', object: waiting, old: owner() });
    expect(orphanings()).toEqual(['o']);
  });

  it('reports an owner in another namespace', () => {
    const { graph: made, deletions, events } = graph();
    made.take(configMaps, { type: 'added', object: owner({}, 'elsewhere') });
    made.take(pods, { type: 'added', object: dependent() });
    expect(deletions()).toEqual(['d']);
    expect(events).toMatchObject([{ reason: 'OwnerRefInvalidNamespace' }]);
  });
});

const noIdentity = { apiVersion: '', kind: '', namespace: '', name: '', uid: '' };
