import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { surveyOf } from './survey.js';
import { spreadOver, topologyKeys } from './topology-keys.js';

it('deals nodes out among the zones that pods must be spread over', () => {
  const text = `
apiVersion: v1
kind: Pod
metadata: { name: p, labels: { app: p } }
spec:
  containers: [{ name: c, image: i }]
  topologySpreadConstraints:
    - maxSkew: 1
      topologyKey: topology.kubernetes.io/zone
      whenUnsatisfiable: DoNotSchedule
      labelSelector: { matchLabels: { app: p } }
    - { maxSkew: 1, topologyKey: rack, whenUnsatisfiable: ScheduleAnyway }
`;
  const survey = surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] });
  const keys = topologyKeys(survey);
  expect(keys).toEqual(['topology.kubernetes.io/zone']);
  const zone = (name: string) => ({ 'topology.kubernetes.io/zone': name });
  const pools = [
    { name: 'cpu', count: 4 },
    { name: 'gpu', count: 1, labels: zone('mine') },
  ];
  expect(spreadOver(pools, keys)).toEqual([
    { name: 'cpu', count: 2, labels: zone('zone-a') },
    { name: 'cpu', count: 1, labels: zone('zone-b') },
    { name: 'cpu', count: 1, labels: zone('zone-c') },
    { name: 'gpu', count: 1, labels: zone('mine') },
  ]);
});
