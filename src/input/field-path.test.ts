import { expect, it } from 'vitest';
import { parseField } from './field-path.js';

it.each([
  ['spec.containers[0].image', ['spec', 'containers', 0, 'image']],
  ['metadata.labels[a.b/c]', ['metadata', 'labels', 'a.b/c']],
  ['spec.hard[requests.cpu]', ['spec', 'hard', 'requests.cpu']],
  ['', []],
])('reads %s', (text, path) => {
  expect(parseField(text)).toEqual(path);
});
