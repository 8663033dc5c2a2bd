/** Bodies as bytes. */
import { expect, test } from 'vitest';
import { encodeBody, encodeItem } from './encode.js';

const pod = { metadata: { name: 'a', labels: { ü: '"' }, gone: undefined } };

test.each([
  ['a list', { kind: 'PodList', metadata: { resourceVersion: '7' }, items: [pod, pod, { b: 1 }] }],
  ['an empty list', { kind: 'PodList', items: [] }],
  ['absent fields', { kind: 'PodList', metadata: undefined, items: [undefined, null, 1, 'x'] }],
  ['an object that has items among its fields', { items: ['a'], kind: 'Menu', spec: { items: 3 } }],
  ['no list', { items: 'none' }],
])('%s is written as JSON.stringify writes it, however often', (_what, body) => {
  const text = `${JSON.stringify(body)}\n`;
  expect(encodeBody(body).toString()).toBe(text);
  expect(encodeBody(body).toString()).toBe(text);
});

test.each([
  ['an event', { type: 'ADDED', object: pod }],
  ['another event of the same object', { type: 'MODIFIED', object: pod }],
  ['something like an event', { type: 'ADDED', object: pod, more: 1 }],
  ['an event without an object', { type: 'ADDED', object: null }],
])('%s is written as JSON.stringify writes it', (_what, item) => {
  const text = `${JSON.stringify(item)}\n`;
  expect(encodeItem(item).toString()).toBe(text);
});
