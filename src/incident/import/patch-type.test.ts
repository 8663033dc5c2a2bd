import { describe, expect, it } from 'vitest';
import type { AuditEvent } from './audit-log.js';
import { patchType } from './patch-type.js';

const at = '2026-01-01T00:00:05.000000Z';
const deployments = { resource: 'deployments', apiGroup: 'apps' };
const whole = { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 3 } };
const typeOf = (event: AuditEvent, query = ''): string =>
  patchType({ objectRef: deployments, requestReceivedTimestamp: at, ...event }, query).contentType;
const answer = (operation: string, time = '2026-01-01T00:00:05Z') => ({
  metadata: { managedFields: [{ manager: 'flux', operation, time }] },
});

describe('the type of an audited patch', () => {
  it.each<[string, string, AuditEvent, string?]>([
    ['a list', 'json-patch+json', { requestObject: [{ op: 'remove', path: '/spec' }] }],
    ['what can be forced', 'apply-patch+yaml', { requestObject: {} }, 'force=true'],
    [
      'what an answer calls applied',
      'apply-patch+yaml',
      { requestObject: {}, responseObject: answer('Apply') },
      'fieldManager=flux',
    ],
    [
      'a whole object of a manager',
      'apply-patch+yaml',
      { requestObject: whole },
      'fieldManager=flux',
    ],
    [
      'one that an answer calls an update',
      'strategic-merge-patch+json',
      { requestObject: whole, responseObject: answer('Update') },
      'fieldManager=flux',
    ],
    [
      'a whole object of kubectl edit',
      'strategic-merge-patch+json',
      { requestObject: whole },
      'fieldManager=kubectl-edit',
    ],
    [
      'a directive',
      'strategic-merge-patch+json',
      {
        objectRef: { resource: 'x', apiGroup: 'x.io' },
        requestObject: { spec: { $patch: 'replace' } },
      },
    ],
    [
      'a custom kind',
      'merge-patch+json',
      { objectRef: { resource: 'cars', apiGroup: 'x.io' }, requestObject: { spec: {} } },
    ],
  ])('of %s is %s', (_what, type, event, query) => {
    expect(typeOf(event, query)).toBe(`application/${type}`);
  });

  it('says by which rule it was taken, and what the answer shows of lists', () => {
    const containers = (...list: readonly object[]) => ({
      spec: { template: { spec: { containers: list } } },
    });
    const event = {
      objectRef: deployments,
      requestObject: containers({ name: 'c', env: [] }),
      responseObject: { metadata: {}, ...containers({ name: 'c', image: 'b', env: [] }) },
    };
    expect(patchType(event, '')).toEqual({
      contentType: 'application/strategic-merge-patch+json',
      why: 'strategic merge patch, since the log tells no type of patches: the answer has a list with more than was sent',
    });
    expect(patchType({ ...event, requestObject: { spec: { replicas: 1 } } }, '').why).toMatch(
      /without a list both merges do the same/,
    );
  });
});
