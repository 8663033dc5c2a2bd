import { expect, it } from 'vitest';
import { valueAt } from './json-path.js';

const object = { metadata: { labels: { 'example.com/a': 'x', plain: 'y' } } };

it.each([
  ['.metadata.labels.plain', 'y'],
  ['.metadata.labels.example\\.com/a', 'x'],
  ["metadata.labels['example\\.com/a']", 'x'],
  [".metadata.labels['plain']", 'y'],
  ['.metadata.labels.none', undefined],
])('%s is %s', (path, value) => expect(valueAt(object, path)).toBe(value));
