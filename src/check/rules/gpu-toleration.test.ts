import { expect, it } from 'vitest';
import { deployment, found, node } from '../../../test/check/found.js';

const taint = { key: 'nvidia.com/gpu', value: 'present', effect: 'NoSchedule' };
const cluster = [node('gpu', { 'nvidia.com/gpu': '4' }, [taint]), node('cpu')];
const container = 'resources: { limits: { nvidia.com/gpu: 1 } }';

it('tells a GPU pod that all GPU nodes keep off, and nothing else does', () => {
  const text = deployment({ container });
  expect(found('SEA102', text, cluster)).toEqual([
    'error 5 it asks for 1 nvidia.com/gpu, and all 1 nodes that have it are tainted nvidia.com/gpu=present:NoSchedule',
  ]);
  expect(found('SEA101', text, cluster)).toEqual([]);
});

it('is content with the toleration, or with one open node', () => {
  const spec = 'tolerations: [{ key: nvidia.com/gpu, operator: Exists }],';
  expect(found('SEA102', deployment({ container, spec }), cluster)).toEqual([]);
  const open = [...cluster, node('open', { 'nvidia.com/gpu': '1' })];
  expect(found('SEA102', deployment({ container }), open)).toEqual([]);
});
