import { expect, it } from 'vitest';
import { parseManifests } from '../input/manifests.js';
import { assumedOf } from './assumed.js';
import { surveyOf } from './survey.js';

it('tells what containers are taken to do of which nothing else is known', () => {
  const manifests = parseManifests(
    `
apiVersion: apps/v1
kind: Deployment
metadata: { name: llm }
spec:
  selector: { matchLabels: { app: llm } }
  template:
    metadata: { labels: { app: llm } }
    spec:
      initContainers:
        - { name: wait, image: busybox, command: [sh, -c, 'until nc -z db 5432; do sleep 1; done'] }
        - { name: fetch, image: example.com/fetch }
      containers:
        - { name: llm, image: 'vllm/vllm-openai:v0.9' }
        - { name: idle, image: busybox, command: [sleep, '9'] }
---
apiVersion: batch/v1
kind: Job
metadata: { name: train }
spec: { template: { spec: { restartPolicy: Never, containers: [{ name: c, image: train }] } } }
`,
    'a.yaml',
  );
  expect(assumedOf(surveyOf({ manifests, unread: [], notes: [] }))).toEqual([
    '1 started at once, listening, content with every probe',
    '1 of these serving at once, though model servers load for minutes',
    '1 waiting for others as their commands say',
    '1 done at once, as init containers of which nothing is known',
    '1 done after 2 s, as Jobs of which nothing is known',
  ]);
});

it('says that steps of which nothing is known give results that are empty', () => {
  const manifests = parseManifests(
    `
apiVersion: argoproj.io/v1alpha1
kind: Workflow
metadata: { name: coin }
spec:
  entrypoint: main
  templates:
    - name: main
      steps:
        - - { name: gen, template: gen }
        - - { name: use, template: use, when: '{{steps.gen.outputs.result}} > 5' }
    - name: gen
      script: { image: python, command: [python], source: 'print(7)' }
    - name: use
      container: { image: alpine, command: [echo, hi] }
`,
    'a.yaml',
  );
  expect(assumedOf(surveyOf({ manifests, unread: [], notes: [] }))).toEqual([
    '2 done after 2 s, as Jobs of which nothing is known',
    '1 reading results of steps: those of programs of which nothing is known are empty, unless a scenario names a workload for them',
  ]);
});
