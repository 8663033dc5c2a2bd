import { expect, it } from 'vitest';
import { relabel, relabelRule, type WrittenRelabelRule } from './relabel.js';

function relabelled(
  labels: Readonly<Record<string, string>>,
  ...rules: readonly WrittenRelabelRule[]
): Readonly<Record<string, string>> | 'dropped' {
  const own = new Map(Object.entries(labels));
  return relabel(own, rules.map(relabelRule)) ? Object.fromEntries(own) : 'dropped';
}

it('replaces by the groups of an anchored expression, and leaves what does not match', () => {
  const rule = {
    source_labels: ['a', 'b'],
    regex: 'f(o*);b(.*)',
    target_label: 'd',
    replacement: 'x${1}-$2$$',
  };
  expect(relabelled({ a: 'foo', b: 'bar' }, rule)).toEqual({ a: 'foo', b: 'bar', d: 'xoo-ar$' });
  expect(relabelled({ a: 'boo', b: 'bar' }, rule)).toEqual({ a: 'boo', b: 'bar' });
  // As upstream: an empty replacement takes the label away.
  const none = { source_labels: ['a'], target_label: 'a', replacement: '' };
  expect(relabelled({ a: 'foo' }, none)).toEqual({});
});

it('keeps and drops, by value and by equality', () => {
  const source = { source_labels: ['a'] };
  expect(relabelled({ a: 'true' }, { ...source, regex: 'true', action: 'keep' })).toEqual({
    a: 'true',
  });
  expect(relabelled({ a: 'truer' }, { ...source, regex: 'true', action: 'keep' })).toBe('dropped');
  expect(relabelled({ a: 'true' }, { ...source, regex: 'true', action: 'drop' })).toBe('dropped');
  const equal = { ...source, target_label: 'b', action: 'keepequal' };
  expect(relabelled({ a: '80', b: '80' }, equal)).toEqual({ a: '80', b: '80' });
  expect(relabelled({ a: '80', b: '81' }, equal)).toBe('dropped');
  expect(relabelled({ a: '1', b: '1' }, { ...equal, action: 'dropequal' })).toBe('dropped');
});

it('maps, drops and keeps labels by their names', () => {
  const meta = { __meta_pod_label_app: 'web', job: 'x' };
  const map = { regex: '__meta_pod_label_(.+)', action: 'labelmap' };
  expect(relabelled(meta, map)).toEqual({ ...meta, app: 'web' });
  expect(relabelled(meta, { regex: '__.*', action: 'labeldrop' })).toEqual({ job: 'x' });
  expect(relabelled(meta, { regex: 'job', action: 'labelkeep' })).toEqual({ job: 'x' });
});

it('builds an address from a port that an annotation names', () => {
  const rule = {
    source_labels: ['__address__', '__meta_kubernetes_pod_annotation_prometheus_io_port'],
    regex: '([^:]+)(?::\\d+)?;(\\d+)',
    replacement: '$1:$2',
    target_label: '__address__',
  };
  const port = { __meta_kubernetes_pod_annotation_prometheus_io_port: '9102' };
  expect(relabelled({ __address__: '10.0.0.1:80', ...port }, rule)).toMatchObject({
    __address__: '10.0.0.1:9102',
  });
});

it('tells shards apart by the digest of a value', () => {
  const rule = { source_labels: ['a'], target_label: 'h', action: 'hashmod' };
  // As upstream's own test has it.
  const labels = { a: 'foo', b: 'bar', c: 'baz' };
  const hashed = { ...rule, source_labels: ['c'], target_label: 'd', modulus: 1000 };
  expect(relabelled(labels, hashed)).toEqual({ ...labels, d: '976' });
  expect(relabelled({ a: 'x' }, { ...rule, modulus: 1 })).toEqual({ a: 'x', h: '0' });
});

it('refuses what there is not', () => {
  expect(() => relabelRule({ action: 'hashmod' })).toThrow(/requires non-zero modulus/);
  expect(() => relabelRule({ action: 'move' })).toThrow(/unknown relabel action "move"/);
  expect(() => relabelRule({ regex: '(' })).toThrow(/error parsing regexp/);
});
