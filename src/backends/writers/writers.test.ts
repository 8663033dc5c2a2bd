/** Who wrote what, as an audit log and managed fields tell it. */
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { KubeObject } from '../../../sim/api/object.js';
import type { HistoryEntry } from '../../../sim/server/contract.js';
import { AuditLog } from './audit-log.js';
import { managerOf } from './field-managers.js';

const folder = mkdtempSync(join(tmpdir(), 'audit-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'audit.log');
const second = (n: number): string => `2026-11-26T01:00:0${n}.000004Z`;

interface Asked {
  readonly verb: string;
  readonly user: string;
  readonly at: number;
  readonly name?: string;
  readonly subresource?: string;
  readonly revision?: string;
  readonly code?: number;
  readonly as?: string;
}

const line = ({ verb, user, at, name, subresource, revision, code = 200, as }: Asked): string =>
  JSON.stringify({
    stage: 'ResponseComplete',
    stageTimestamp: second(at),
    verb,
    user: { username: user, groups: ['system:authenticated'] },
    ...(as !== undefined && { impersonatedUser: { username: as } }),
    objectRef: { resource: 'pods', namespace: 'shop', name, subresource },
    responseStatus: { code },
    requestObject: { secret: 'large' },
    responseObject: revision === undefined ? {} : { metadata: { resourceVersion: revision } },
  });

const change = (type: HistoryEntry['type'], revision: number, at: number): HistoryEntry => ({
  type,
  revision,
  timeMs: Date.parse(second(at)),
  resource: 'pods',
  user: '',
  object: { metadata: { namespace: 'shop', name: 'web' } } as KubeObject,
});

it('tells the writer by the revision, else by the last write to the object before', () => {
  const log = new AuditLog(file);
  log.read();
  expect(log.events).toEqual([]);
  const lines = [
    line({ verb: 'create', user: 'alice', at: 1, revision: '5', code: 201 }),
    line({ verb: 'create', user: 'scheduler', at: 2, name: 'web', subresource: 'binding' }),
    line({ verb: 'patch', user: 'admin', as: 'system:node:n1', at: 3, name: 'web', revision: '7' }),
    line({ verb: 'patch', user: 'mallory', at: 4, name: 'web', code: 403 }),
    line({ verb: 'delete', user: 'bob', at: 5, name: 'web', revision: '7' }),
  ].join('\n');
  // The server writes while we read: half a line stays for later.
  appendFileSync(file, lines.slice(0, -20));
  log.read();
  expect(log.writerOf(change('ADDED', 5, 1))).toBe('alice');
  expect(log.writerOf(change('MODIFIED', 6, 2))).toBe('scheduler');
  expect(log.writerOf(change('MODIFIED', 7, 3))).toBe('system:node:n1');
  appendFileSync(file, `${lines.slice(-20)}\n`);
  log.read();
  expect(log.writerOf(change('DELETED', 8, 5))).toBe('bob');
  expect(log.writerOf(change('MODIFIED', 7, 3))).toBe('system:node:n1');
  expect(log.events.map(({ verb }) => verb)).toEqual([
    'create',
    'create',
    'patch',
    'patch',
    'delete',
  ]);
  expect(JSON.stringify(log.events)).not.toContain('large');
});

it('tells the field manager whose entry is new', () => {
  const managed = (...entries: readonly (readonly [string, string])[]): KubeObject =>
    ({
      metadata: {
        managedFields: entries.map(([manager, time]) => ({
          manager,
          time,
          operation: 'Update',
          fieldsV1: {},
        })),
      },
    }) as unknown as KubeObject;
  const before = managed(['kubectl', second(1)]);
  const after = managed(['kubectl', second(1)], ['kubelet', second(2)]);
  expect(managerOf(before, undefined)).toBe('field manager kubectl');
  expect(managerOf(after, before)).toBe('field manager kubelet');
  expect(managerOf(after, after)).toBeUndefined();
});
