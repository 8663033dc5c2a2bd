/** Expressions as Kubernetes writes them. */
import { expect, test } from 'vitest';
import { evaluate } from './program.js';
import { fromCel, toCel } from './values.js';

const object = {
  metadata: { name: 'a', labels: { 'x/y': 'z' } },
  spec: { replicas: 3, list: [3, 1, 2] },
};

function run(text: string): unknown {
  const outcome = evaluate(text, { object: toCel(object), oldObject: null });
  return 'error' in outcome ? `error: ${outcome.error}` : fromCel(outcome.value);
}

test.each([
  ['object.spec.replicas + 1 == 4', true],
  ['object.spec.replicas > 2.5', true],
  ['object.metadata.missing', 'error: no such key: missing'],
  ['has(object.spec.list) && object.spec.list.sum() == 6', true],
  ['object.spec.list.isSorted()', false],
  ['object.spec.list.max()', 3],
  ['oldObject == null', true],
  ['object.metadata.?labels.orValue({})["x/y"]', 'z'],
  ['object.?status.phase.orValue("none")', 'none'],
  ['object.metadata.labels[?"x/y"].hasValue()', true],
  ['quantity("1Gi").isGreaterThan(quantity("500Mi"))', true],
  ['"a1b22".findAll("[0-9]+")', ['1', '22']],
  ['url("https://a.example:8080/b?c=d").getHost()', 'a.example:8080'],
  ['cidr("10.0.0.0/8").containsIP("10.1.2.3")', true],
  ['Object{metadata: Object.metadata{labels: {"a": "b"}}}', { metadata: { labels: { a: 'b' } } }],
  [
    '[JSONPatch{op: "add", path: "/a/" + jsonpatch.escapeKey("x/y"), value: 1}]',
    [{ op: 'add', path: '/a/x~1y', value: 1 }],
  ],
  ['1 / 0', 'error: division by zero'],
  ['"%s-%d".format(["a", 5])', 'a-5'],
])('%s', (text, expected) => {
  expect(run(text)).toEqual(expected);
});
