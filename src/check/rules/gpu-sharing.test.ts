import { expect, it } from 'vitest';
import { deployment, found } from '../../../test/check/found.js';

const plugin = (sharing: string): string => `
apiVersion: v1
kind: ConfigMap
metadata: { name: plugin, namespace: default }
data:
  any: |
    version: v1
    sharing: ${sharing}
`;
const asking = (name: string, count: number): string =>
  deployment({ container: `resources: { limits: { ${name}: ${count} } },` });

it('tells what the plug-in cannot load', () => {
  const one = plugin('{ timeSlicing: { resources: [{ name: nvidia.com/gpu, replicas: 1 }] } }');
  expect(found('SEA105', one)).toEqual([
    'error 6 the device plug-in refuses any: number of replicas must be >= 2',
  ]);
  expect(found('SEA105', plugin('{ timeSlicing: { resources: [] } }'))[0]).toContain(
    'no resources specified',
  );
  expect(found('SEA105', plugin('{ other: 1 }'))).toEqual([]);
});

it('tells pods that ask for several shares, where they are refused', () => {
  const resources = 'resources: [{ name: nvidia.com/gpu, replicas: 4 }]';
  const sliced = plugin(`{ timeSlicing: { failRequestsGreaterThanOne: true, ${resources} } }`);
  expect(found('SEA105', sliced + asking('nvidia.com/gpu', 2))[0]).toContain(
    'it asks for 2 shares, and ConfigMap default/plugin lets the device plug-in refuse more than one',
  );
  expect(found('SEA105', sliced + asking('nvidia.com/gpu', 1))).toEqual([]);
  const generous = plugin(`{ timeSlicing: { ${resources} } }`);
  expect(found('SEA105', generous + asking('nvidia.com/gpu', 2))).toEqual([]);
  const mps = plugin(`{ mps: { renameByDefault: true, ${resources} } }`);
  expect(found('SEA105', mps + asking('nvidia.com/gpu.shared', 2))).toHaveLength(1);
  expect(found('SEA105', mps + asking('nvidia.com/gpu', 2))).toEqual([]);
});
