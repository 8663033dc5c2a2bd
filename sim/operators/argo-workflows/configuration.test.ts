import { expect, it } from 'vitest';
import { configurationOf } from './configuration.js';

const map = (data: Readonly<Record<string, string>>) => ({ metadata: { name: 'c' }, data });

it('is read field by field, or from one text that holds all', () => {
  expect(
    configurationOf(map({ parallelism: '3', instanceID: 'ml', nodeEvents: 'enabled: false\n' })),
  ).toEqual({ parallelism: 3, instanceID: 'ml', nodeEvents: { enabled: false } });
  expect(configurationOf(map({ config: 'parallelism: 3\nexecutor: {image: x}' }))).toEqual({
    parallelism: 3,
    executor: { image: 'x' },
  });
  expect(configurationOf(map({ links: '{' }))).toEqual({});
});
