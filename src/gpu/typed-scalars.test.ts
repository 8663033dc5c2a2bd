import { expect, it } from 'vitest';
import { parseKindConfig } from './kind-config.js';

const head = 'kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n';

it('reads scalars as the types that kind decodes them into', () => {
  const text = `${head}name: 12
featureGates: { A: yes, B: off, C: true }
runtimeConfig: { api/alpha: false }
nodes:
  - role: control-plane
    labels: { seatrial.dev/cpu: 64, nvidia.com/gpu.present: true, x/yes: yes, x/hex: 0x10, x/none: }
`;
  expect(parseKindConfig(text, 'kind.yaml')).toMatchObject({
    name: '12',
    featureGates: { A: true, B: false, C: true },
    runtimeConfig: { 'api/alpha': 'false' },
    nodes: [
      {
        labels: {
          'seatrial.dev/cpu': '64',
          'nvidia.com/gpu.present': 'true',
          'x/yes': 'yes',
          'x/hex': '0x10',
          'x/none': '',
        },
      },
    ],
  });
});

it('refuses what is neither', () => {
  expect(() => parseKindConfig(`${head}featureGates: { A: maybe }\n`, 'kind.yaml')).toThrow(
    /kind\.yaml:3: featureGates\.A/,
  );
});
