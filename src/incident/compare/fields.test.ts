import { describe, expect, it } from 'vitest';
import { differences } from './fields.js';

const base = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'a', resourceVersion: '7', uid: 'u' },
  spec: { replicas: 3 },
  status: {
    conditions: [
      { type: 'Available', status: 'True', lastTransitionTime: '2026-01-01T00:00:00Z' },
      { type: 'Progressing', status: 'True' },
    ],
  },
};

describe('the fields of two objects', () => {
  it('are equal but for what no two clusters share, and for seconds', () => {
    const [first, second] = base.status.conditions;
    const other = {
      ...base,
      metadata: { ...base.metadata, resourceVersion: '900', annotations: {} },
      status: { conditions: [{ ...first, lastTransitionTime: '2026-01-01T00:00:09Z' }, second] },
    };
    expect(differences(base, other)).toEqual([]);
  });

  it('differ by value, by presence and by the order of conditions', () => {
    const { uid: _uid, ...metadata } = base.metadata;
    const conditions = base.status.conditions.toReversed();
    const other = { ...base, metadata, spec: { replicas: 4 }, status: { conditions } };
    expect(differences(base, other).map(({ path }) => path)).toEqual([
      'metadata.uid',
      'spec.replicas',
      'status.conditions[0].type',
      'status.conditions[0].lastTransitionTime',
      'status.conditions[1].type',
      'status.conditions[1].lastTransitionTime',
    ]);
  });

  it('take endpoints as a set, and leave out the volume of the token', () => {
    const slice = (names: readonly string[]) => ({
      kind: 'EndpointSlice',
      metadata: { name: 's', generation: names.length },
      endpoints: names.map(name => ({ targetRef: { name } })),
    });
    expect(differences(slice(['a', 'b']), slice(['b', 'a']))).toEqual([]);
    const pod = (token: string) => ({
      kind: 'Pod',
      metadata: { name: 'p' },
      spec: { volumes: [{ name: 'data' }, { name: `kube-api-access-${token}` }] },
    });
    expect(differences(pod('x1'), pod('y2'))).toEqual([]);
  });
});
