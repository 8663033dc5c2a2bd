import { describe, expect, it } from 'vitest';
import type { Device } from '../../api/kinds/resource.js';
import { selects } from './selectors.js';

const device: Device = {
  name: 'gpu-0',
  attributes: {
    model: { string: 'h100' },
    'gpu.example.com/index': { int: 3 },
    'other.example.com/ecc': { bool: true },
    arch: { version: '9.0.0' },
  },
  capacity: { memory: { value: '80Gi' } },
};

const cases: readonly (readonly [string, boolean])[] = [
  ['device.driver == "gpu.example.com"', true],
  ['device.attributes["gpu.example.com"].model in ["a100", "h100"]', true],
  ['device.attributes["gpu.example.com"].index < 3', false],
  ['device.attributes["other.example.com"].ecc', true],
  ['"ecc" in device.attributes["unknown.example.com"]', false],
  ['device.attributes["gpu.example.com"].arch.isGreaterThan(semver("8.9.0"))', true],
  ['device.attributes["gpu.example.com"].arch.compareTo(semver("9.0.0-rc.1")) == 1', true],
  ['device.capacity["gpu.example.com"].memory.compareTo(quantity("80Gi")) >= 0', true],
  ['device.capacity["gpu.example.com"].memory.isLessThan(quantity("81920Mi"))', false],
  ['device.allowMultipleAllocations', false],
];

describe('selects', () => {
  it.each(cases)('%s', (expression, isSelected) => {
    expect(selects(expression, 'gpu.example.com', device)).toBe(isSelected);
  });
});
