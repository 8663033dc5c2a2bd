import { expect, it } from 'vitest';
import { readiness } from './readiness.js';

it('tells why a device has failed, quoted as Go quotes', () => {
  const device = { driver: 'gpu.example.com', pool: 'n1', device: 'gpu-0' };
  const result = {
    ...device,
    request: 'gpus',
    bindingConditions: ['Attached'],
    bindingFailureConditions: ['Broken'],
  };
  const lastTransitionTime = '2026-01-01T00:00:00Z';
  const condition = { type: 'Broken', status: 'True' as const, lastTransitionTime };
  const conditions = [{ ...condition, reason: 'Fabric', message: 'no "port"' }];
  const claim = {
    metadata: { name: 'claim', namespace: 'default' },
    spec: {},
    status: {
      allocation: { devices: { results: [result] } },
      devices: [{ ...device, conditions }],
    },
  };
  expect(readiness(claim)).toBe(
    'device binding failed: claim=claim, reason=Fabric, message="no \\"port\\""',
  );
});
