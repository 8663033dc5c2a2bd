import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { laws } from '../laws/index.js';
import { runPlan } from '../voyages/run-plan.js';
import { sceneOf } from '../arbitraries/scene.js';
import { claimedPools, claimedText } from './claimed-devices.js';
import { surveyOf } from './survey.js';

const text = (className: string, profile: string): string => `
apiVersion: resource.k8s.io/v1
kind: ResourceClaimTemplate
metadata: { name: one }
spec:
  spec:
    devices:
      requests:
        - name: gpu
          exactly:
            deviceClassName: ${className}
            selectors:
              - cel:
                  expression: device.attributes['gpu.nvidia.com'].profile == '${profile}'
---
apiVersion: v1
kind: Pod
metadata: { name: p }
spec:
  containers: [{ name: c, image: ubuntu, resources: { claims: [{ name: gpu }] } }]
  resourceClaims: [{ name: gpu, resourceClaimTemplateName: one }]
`;
const surveyed = (yaml: string) =>
  surveyOf({ manifests: parseManifests(yaml, 'm.yaml'), unread: [], notes: [] });

it('has GPUs that can be cut into what claims name, for the classes of the driver alone', () => {
  const [pool] = claimedPools(surveyed(text('mig.nvidia.com', '1g.5gb')));
  expect(pool?.gpus?.product).toBe('NVIDIA-A100-SXM4-40GB');
  expect(pool && claimedText(pool)).toBe(
    "NVIDIA's DRA driver on 2 nodes with 8 NVIDIA-A100-SXM4-40GB each",
  );
  expect(claimedPools(surveyed(text('gpu.example.com', '1g.5gb')))).toEqual([]);
});

it('gives the pod its device on a voyage', { timeout: 30_000 }, async () => {
  const survey = surveyed(text('mig.nvidia.com', '1g.5gb'));
  const plan = {
    cluster: { pools: claimedPools(survey) },
    objects: survey.entries.map(({ manifest }) => manifest.object),
    events: [],
    seed: 1,
    settleMs: 30_000,
  };
  const { history } = await runPlan(plan, { laws });
  const pods = history.filter(({ resource }) => resource === 'pods');
  expect(JSON.stringify(pods.at(-1)?.object)).toContain('"phase":"Running"');
});

it('lets no GPU fail that kubelets know nothing of', () => {
  const pools = claimedPools(surveyed(text('gpu.nvidia.com', '1g.5gb')));
  expect(sceneOf({ pools }, []).gpus).toEqual([]);
  const plain = pools.map(({ labels: _none, ...pool }) => pool);
  expect(sceneOf({ pools: plain }, []).gpus).toHaveLength(2);
});
