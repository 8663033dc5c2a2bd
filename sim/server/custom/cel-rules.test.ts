import { describe, expect, it } from 'vitest';
import type { JSONSchemaProps } from '../../api/kinds/apiextensions.js';
import { ruleErrors } from './cel-rules.js';

const properties: Readonly<Record<string, JSONSchemaProps>> = {
  set: { type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' },
  list: {
    type: 'array',
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['k'],
    items: { type: 'object', properties: { k: { type: 'string' }, v: { type: 'integer' } } },
  },
  namespace: { type: 'string' },
  when: { type: 'string', format: 'date-time' },
  absent: { type: 'string', nullable: true },
};
const value = {
  set: ['a', 'b'],
  list: [
    { k: 'x', v: 1 },
    { k: 'y', v: 2 },
  ],
  namespace: 'n',
  when: '2025-01-01T00:00:00Z',
  absent: null,
};

function told(rule: string, old?: unknown): string | undefined {
  const schema = { type: 'object', properties, 'x-kubernetes-validations': [{ rule }] };
  const inRoot: JSONSchemaProps = { type: 'object', properties: { spec: schema } };
  const before = old === undefined ? undefined : { value: { spec: old } };
  const [error] = ruleErrors({ spec: value }, inRoot, { old: before, warn: () => undefined });
  return error?.text;
}

describe('rules of custom resources', () => {
  it.each([
    "self.set == ['b', 'a']",
    "self.set + ['b', 'c'] == ['a', 'b', 'c']",
    'self.list == [self.list[1], self.list[0]]',
    "self.namespace == 'n' && self.__namespace__ == 'n'",
    '!has(self.absent)',
    "self.when < timestamp('2026-01-01T00:00:00Z')",
    'oldSelf.namespace == self.namespace',
  ])('%s holds', rule => {
    expect(told(rule)).toBeUndefined();
  });

  it('tells what fails, and what goes wrong while a rule runs', () => {
    expect(told('self.set.size() > 2')).toBe('Invalid value: failed rule: self.set.size() > 2');
    expect(told('self.list[5].v > 0')).toBe(
      'Invalid value: "object": index out of bounds: 5 evaluating rule: self.list[5].v > 0',
    );
    expect(told('self.namespace == oldSelf.namespace', { ...value, namespace: 'm' })).toBe(
      'Invalid value: failed rule: self.namespace == oldSelf.namespace',
    );
  });

  it('stops when a rule costs too much', () => {
    const rule = 'lists.range(2000).all(x, lists.range(2000).all(y, x + y >= 0))';
    expect(told(rule)).toContain('no further validation rules will be run due to call cost');
  });
});
