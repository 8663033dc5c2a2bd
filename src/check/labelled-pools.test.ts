import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { labelledPools, nodesText } from './labelled-pools.js';
import { surveyOf } from './survey.js';

const pod = (name: string, selector: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec: { nodeSelector: { ${selector} }, containers: [{ name: c, image: i }] }
---`;

it('has nodes with the labels that pods ask for and no usual node has', () => {
  const text = [
    pod('a', 'kubernetes.io/os: linux'),
    pod('b', 'node-role.kubernetes.io/control-plane: ""'),
    pod('c', 'cloud.google.com/gke-nodepool: big, kubernetes.io/os: linux'),
  ].join('\n');
  const survey = surveyOf({ manifests: parseManifests(text, 'm.yaml'), unread: [], notes: [] });
  const pools = labelledPools(survey);
  expect(pools).toEqual([
    expect.objectContaining({ count: 2, labels: { 'cloud.google.com/gke-nodepool': 'big' } }),
  ]);
  expect(pools.map(nodesText)).toEqual(['nodes with cloud.google.com/gke-nodepool=big']);
});
