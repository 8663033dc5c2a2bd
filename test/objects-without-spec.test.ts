/** Custom objects without a spec, which many CRDs allow: Go's operators meet an empty struct. */
import { expect, it } from 'vitest';
import { simulationOptions } from '../src/backends/sim-options.js';
import { bootSimulatedCluster } from '../src/backends/sim.js';

const kinds = {
  'kubeflow.org/v2beta1': { MPIJob: 'mpijobs' },
  'kubernetes.dask.org/v1': { DaskAutoscaler: 'daskautoscalers', DaskJob: 'daskjobs' },
  'keda.sh/v1alpha1': { ScaledJob: 'scaledjobs' },
  'machinelearning.seldon.io/v1': { SeldonDeployment: 'seldondeployments' },
  'ray.io/v1': { RayCluster: 'rayclusters', RayJob: 'rayjobs', RayService: 'rayservices' },
  'scheduling.volcano.sh/v1beta1': { PodGroup: 'podgroups' },
  'scheduling.x-k8s.io/v1alpha1': { PodGroup: 'podgroups', ElasticQuota: 'elasticquotas' },
  'batch.volcano.sh/v1alpha1': { Job: 'jobs' },
  'serving.knative.dev/v1': { Revision: 'revisions', Route: 'routes' },
  'serving.kserve.io/v1alpha1': { InferenceGraph: 'inferencegraphs' },
  'serving.kserve.io/v1beta1': { InferenceService: 'inferenceservices' },
  'trainer.kubeflow.org/v1alpha1': { TrainJob: 'trainjobs', TrainingRuntime: 'trainingruntimes' },
  'gateway.networking.k8s.io/v1': { Gateway: 'gateways' },
};

const operators = [
  ...['dask-kubernetes', 'gateway-api', 'keda', 'knative-serving', 'kserve', 'kuberay'],
  ...['mpi-operator', 'scheduler-plugins', 'seldon-core', 'trainer', 'volcano'],
];

it('are refused, told of or left alone, and stop no operator', async () => {
  const cluster = await bootSimulatedCluster(simulationOptions({ seed: 1, operators }));
  await cluster.advance('30s');
  const refused: string[] = [];
  for (const [apiVersion, plurals] of Object.entries(kinds)) {
    for (const [kind, plural] of Object.entries(plurals)) {
      const path = `/apis/${apiVersion}/namespaces/default/${plural}`;
      const body = { apiVersion, kind, metadata: { name: 'bare' } };
      const { status, body: told } = await cluster.request({ method: 'POST', path, body });
      if (status >= 300)
        refused.push(
          `${kind} ${status} ${(told as { message: string }).message.split(': ').at(-1)}`,
        );
    }
  }
  expect(refused).toEqual([
    'ScaledJob 403 no triggers defined in the ScaledObject/ScaledJob',
    'Job 400 No task specified in job spec',
    'Revision 400 spec.containers',
    'Route 400 spec.traffic',
    expect.stringContaining('InferenceGraph 403 root node not found'),
    expect.stringContaining('InferenceService 403 exactly one of'),
    'TrainJob 403 .',
    'Gateway 422 Required value',
  ]);
  await cluster.advance('2m');
  await cluster.advance('1m');
}, 60_000);
