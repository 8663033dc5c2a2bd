import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { TimedWrite } from '../import/format.js';
import { collect } from '../collect.js';
import { rebuild } from '../rebuild/incident.js';
import { Inference } from './inference.js';

const object = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: {
    namespace: 'a',
    name: 'web',
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: '2026-01-01T00:00:10Z',
    labels: { tier: 'front' },
  },
  spec: { replicas: 4, template: { spec: { containers: [{ name: 'c', image: 'b:2' }] } } },
  status: { conditions: [{ type: 'Available', lastTransitionTime: '2026-01-01T00:01:00Z' }] },
};

let number = 0;
function event(second: number, fields: object): string {
  const at = new Date(Date.UTC(2026, 0, 1) + second * 1000).toISOString();
  return `${JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `id-${++number}`,
    stage: 'ResponseComplete',
    verb: 'patch',
    user: { username: 'alice' },
    objectRef: {
      resource: 'deployments',
      namespace: 'a',
      name: 'web',
      apiGroup: 'apps',
      apiVersion: 'v1',
    },
    responseStatus: { code: 200 },
    requestReceivedTimestamp: at,
    stageTimestamp: at,
    ...fields,
  })}\n`;
}

describe('writes that were logged without bodies', () => {
  it('did what dumps and events tell, and no more is said of them', async () => {
    const dump = { apiVersion: 'v1', kind: 'List', items: [object] };
    const pods = { resource: 'pods', namespace: 'a', name: 'p', apiVersion: 'v1' };
    const folder = mkdtempSync(join(tmpdir(), 'seatrial-inference-'));
    writeFileSync(
      join(folder, 'audit.log'),
      event(10, { verb: 'create' }) +
        event(20, {}) +
        event(30, {}) +
        event(40, { verb: 'create', objectRef: { ...pods, subresource: 'eviction' } }),
    );
    writeFileSync(join(folder, 'dump.json'), JSON.stringify(dump));
    const told = await collect([folder]);
    rmSync(folder, { recursive: true });
    const inference = new Inference(rebuild(told, 2026));
    const all = [...told.writes.inOrder()].map((write: TimedWrite) => inference.of(write));
    told.writes.close();
    const shown = { spec: { replicas: 4 } };
    expect(all.map(each => each?.body)).toEqual([
      expect.objectContaining({ kind: 'Deployment', spec: expect.objectContaining(shown.spec) }),
      // Of two changes the last is taken to have made what the dump shows.
      undefined,
      expect.objectContaining({ metadata: { labels: { tier: 'front' } } }),
      expect.objectContaining({ kind: 'Eviction', metadata: { name: 'p', namespace: 'a' } }),
    ]);
    expect(all[2]?.why).toMatch(/the last of such writes/);
  });
});
