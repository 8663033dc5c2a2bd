import { expect, it } from 'vitest';
import { operators } from '../../sim/operators/index.js';
import { operatorsFor } from './operators-for.js';

it.each([
  [['v1', 'apps/v1'], []],
  [
    ['kubeflow.org/v1', 'serving.kserve.io/v1beta1'],
    ['training-operator', 'kserve'],
  ],
  [['v1', 'kubeflow.org/v2beta1'], ['mpi-operator']],
  [
    ['trainer.kubeflow.org/v1alpha1', 'jobset.x-k8s.io/v1alpha2'],
    ['trainer', 'jobset'],
  ],
  [['kueue.x-k8s.io/v1beta1', 'batch/v1'], ['kueue']],
  [
    ['leaderworkerset.x-k8s.io/v1', 'cert-manager.io/v1'],
    ['lws', 'cert-manager'],
  ],
  [
    ['kubeflow.org/v2beta1', 'kubeflow.org/v1'],
    ['training-operator', 'training-operator'],
  ],
])('of %j are %j', (versions, names) => {
  expect(operatorsFor(versions.map(apiVersion => ({ apiVersion })))).toEqual(names);
});

it('knows whose each group is that an operator defines for its users', () => {
  const unknown = Object.values(operators).flatMap(({ name, isAlternative, manifests }) => {
    const groups = manifests().flatMap(({ kind, spec }) => {
      const { group = '' } = (spec ?? {}) as { readonly group?: string };
      return kind === 'CustomResourceDefinition' ? [group] : [];
    });
    return [...new Set(groups)].filter(
      group =>
        isAlternative !== true &&
        !group.includes('.internal.') &&
        !operatorsFor([{ apiVersion: `${group}/v1` }]).includes(name),
    );
  });
  expect(unknown).toEqual([]);
});

it('finds scheduler-plugins by its kinds, by pods that ask for its scheduler, and by flags', () => {
  const name = 'scheduler-plugins-scheduler';
  const job = (schedulerName: string) => ({
    apiVersion: 'batch/v1',
    spec: { template: { spec: { schedulerName } } },
  });
  const args = [`--gang-scheduler-name=${name}`];
  const deployment = { apiVersion: 'apps/v1', spec: { template: { spec: { args } } } };
  expect(operatorsFor([{ apiVersion: 'scheduling.x-k8s.io/v1alpha1' }])).toEqual([
    'scheduler-plugins',
  ]);
  expect(operatorsFor([job(name)])).toEqual(['scheduler-plugins']);
  expect(operatorsFor([deployment])).toEqual(['scheduler-plugins']);
  expect(operatorsFor([job('volcano'), job('default-scheduler')])).toEqual([]);
  const spec = { podGroupPolicy: { coscheduling: {} } };
  const runtime = { apiVersion: 'trainer.kubeflow.org/v1alpha1', kind: 'TrainingRuntime', spec };
  expect(operatorsFor([runtime])).toEqual(['trainer', 'scheduler-plugins']);
  const told = { template: { spec: { containers: [{ args: ['--gang-scheduling', 'volcano'] }] } } };
  expect(operatorsFor([{ kind: 'Deployment', spec: told }])).toEqual(['volcano']);
  const ofRay = { args: ['--batch-scheduler=scheduler-plugins'] };
  expect(operatorsFor([{ kind: 'Deployment', spec: ofRay }])).toEqual(['scheduler-plugins']);
});

it('finds KEDA where an InferenceService wants to be scaled by it', () => {
  const annotations = { 'serving.kserve.io/autoscalerClass': 'keda' };
  const service = { apiVersion: 'serving.kserve.io/v1beta1', metadata: { annotations } };
  expect(operatorsFor([service])).toEqual(['kserve', 'keda']);
  expect(operatorsFor([{ apiVersion: 'v1', metadata: { annotations } }])).toEqual([]);
});

it('finds Knative Serving where an InferenceService runs in Knative mode', () => {
  const modeKey = 'serving.kserve.io/deploymentMode';
  const service = (annotations: Readonly<Record<string, string>>) => ({
    apiVersion: 'serving.kserve.io/v1beta1',
    kind: 'InferenceService',
    metadata: { annotations },
  });
  const configuration = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'inferenceservice-config' },
    data: { deploy: '{"defaultDeploymentMode": "Serverless"}' },
  };
  const both = ['kserve', 'knative-serving'];
  expect(operatorsFor([service({ [modeKey]: 'Serverless' })])).toEqual(both);
  expect(operatorsFor([service({ [modeKey]: 'Knative' })])).toEqual(both);
  const graph = { ...service({ [modeKey]: 'Knative' }), kind: 'InferenceGraph' };
  expect(operatorsFor([graph])).toEqual(both);
  expect(operatorsFor([service({})])).toEqual(['kserve']);
  expect(operatorsFor([configuration])).toEqual([]);
  expect(operatorsFor([service({}), configuration])).toEqual(both);
  const standard = service({ [modeKey]: 'RawDeployment' });
  expect(operatorsFor([standard, configuration])).toEqual(['kserve']);
});

it('finds istiod where a namespace asks for sidecars', () => {
  const namespace = (labels: Readonly<Record<string, string>>) => ({
    ...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } },
  });
  expect(operatorsFor([namespace({ 'istio-injection': 'enabled' })])).toEqual(['istiod']);
  expect(operatorsFor([namespace({ 'istio.io/rev': 'default' })])).toEqual(['istiod']);
  expect(operatorsFor([namespace({ 'istio-injection': 'disabled' })])).toEqual([]);
  expect(operatorsFor([namespace({ team: 'a' })])).toEqual([]);
});
