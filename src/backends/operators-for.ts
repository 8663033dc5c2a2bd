/** Which modelled operators manifests need: by the groups of their kinds, and by versions where two serve one kind. */
import { isRecord } from '../../sim/api/equality.js';
import { argoRollouts } from '../../sim/operators/argo-rollouts.js';
import { argoWorkflows } from '../../sim/operators/argo-workflows.js';
import { certManager } from '../../sim/operators/cert-manager.js';
import { daskKubernetes } from '../../sim/operators/dask-kubernetes.js';
import { gatewayApi } from '../../sim/operators/gateway-api.js';
import { operators } from '../../sim/operators/index.js';
import { istiod } from '../../sim/operators/istiod.js';
import { isInjectorAsked } from '../../sim/operators/istiod/injection-webhooks.js';
import { jobset } from '../../sim/operators/jobset.js';
import { knativeServing } from '../../sim/operators/knative-serving.js';
import { keda } from '../../sim/operators/keda.js';
import { kserve } from '../../sim/operators/kserve.js';
import { configurationName, configurationOf } from '../../sim/operators/kserve/configuration.js';
import { modeNames } from '../../sim/operators/kserve/deployment-mode.js';
import { keys } from '../../sim/operators/kserve/keys.js';
import { kuberay } from '../../sim/operators/kuberay.js';
import { kueue } from '../../sim/operators/kueue.js';
import { lws } from '../../sim/operators/lws.js';
import { mpiOperator } from '../../sim/operators/mpi-operator.js';
import type { Operator } from '../../sim/operators/operator.js';
import { prometheusOperator } from '../../sim/operators/prometheus-operator.js';
import { schedulerPlugins } from '../../sim/operators/scheduler-plugins.js';
import { schedulerName } from '../../sim/operators/scheduler-plugins/keys.js';
import { seldonCore } from '../../sim/operators/seldon-core.js';
import { sparkOperator } from '../../sim/operators/spark-operator.js';
import { trainer } from '../../sim/operators/trainer.js';
import { trainingOperator } from '../../sim/operators/training-operator.js';
import { volcano } from '../../sim/operators/volcano.js';

/** The group of the training-operator's kinds, of which the mpi-operator serves one in a version of its own. */
const trainings = 'kubeflow.org';
const mpiVersion = `${trainings}/v2beta1`;

/** The operators, by the API groups of what they serve. */
const byGroup: Readonly<Record<string, string>> = {
  [trainings]: trainingOperator.name,
  'serving.kserve.io': kserve.name,
  'serving.knative.dev': knativeServing.name,
  'gateway.networking.k8s.io': gatewayApi.name,
  'security.istio.io': istiod.name,
  'networking.istio.io': istiod.name,
  'jobset.x-k8s.io': jobset.name,
  'machinelearning.seldon.io': seldonCore.name,
  'sparkoperator.k8s.io': sparkOperator.name,
  'monitoring.coreos.com': prometheusOperator.name,
  'trainer.kubeflow.org': trainer.name,
  'cert-manager.io': certManager.name,
  'keda.sh': keda.name,
  'kueue.x-k8s.io': kueue.name,
  'leaderworkerset.x-k8s.io': lws.name,
  'ray.io': kuberay.name,
  'kubernetes.dask.org': daskKubernetes.name,
  'batch.volcano.sh': volcano.name,
  'scheduling.x-k8s.io': schedulerPlugins.name,
  'scheduling.volcano.sh': volcano.name,
};

/** The kinds of Argo Rollouts and Argo Workflows, which share their group with the other projects of Argo. */
const argoGroup = 'argoproj.io';
const byArgoKind: Readonly<Record<string, ReadonlySet<string>>> = {
  [argoRollouts.name]: new Set([
    ...['AnalysisRun', 'AnalysisTemplate', 'ClusterAnalysisTemplate', 'Rollout'],
  ]),
  [argoWorkflows.name]: new Set([
    ...['Workflow', 'WorkflowTemplate', 'ClusterWorkflowTemplate', 'CronWorkflow'],
    ...['WorkflowEventBinding', 'WorkflowTaskSet', 'WorkflowTaskResult', 'WorkflowArtifactGCTask'],
  ]),
};

/** What of a manifest tells which operators it needs. */
interface Manifest {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: {
    readonly name?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  /** Of a ConfigMap. */
  readonly data?: unknown;
  readonly spec?: unknown;
}

/**
 * The names of the operators. The mpi-operator and the training-operator define the same mpijobs, so that one
 * cluster has one of them: the mpi-operator where all trainings are MPIJobs of its version. KEDA is needed, too,
 * where an InferenceService wants to be scaled by it,
 * scheduler-plugins where pods, or another operator's flags, name its scheduler, and
 * Knative Serving where one is to run in Knative mode, and istiod where a namespace asks for sidecars: its
 * pods have them then, with their requests and their place in the way, whether or not there are policies.
 */
export function operatorsFor(objects: readonly Manifest[]): readonly string[] {
  const versions = [...new Set(objects.map(({ apiVersion = '' }) => apiVersion))];
  const ofTrainings = versions.filter(version => version.split('/')[0] === trainings);
  const isMpi = ofTrainings.length > 0 && ofTrainings.every(version => version === mpiVersion);
  const named = versions.flatMap(version => {
    const name = byGroup[version.split('/')[0] ?? ''];
    if (name === undefined) return [];
    return isMpi && name === trainingOperator.name ? mpiOperator.name : name;
  });
  const services = objects.filter(
    ({ apiVersion = '' }) => byGroup[apiVersion.split('/')[0] ?? ''] === kserve.name,
  );
  const wanted = [
    ...(services.some(({ metadata }) => metadata?.annotations?.[keys.autoscalerClass] === 'keda')
      ? [keda.name]
      : []),
    ...(services.some(service => isOfKnative(service, objects)) ? [knativeServing.name] : []),
    ...(objects.some(asksForSidecars) ? [istiod.name] : []),
    ...Object.keys(byArgoKind).filter(name => objects.some(object => isOfArgo(object, name))),
    ...(objects.some(one => namesScheduler(one) || hasGroupPolicy(one, 'coscheduling'))
      ? [schedulerPlugins.name]
      : []),
    ...(objects.some(one => hasGroupPolicy(one, 'volcano') || isToldOfVolcano(one))
      ? [volcano.name]
      : []),
  ];
  return [...named, ...wanted.filter(name => !named.includes(name))];
}

/** Whether it is given the name of that scheduler, wherever in its spec. */
function namesScheduler({ spec }: Manifest): boolean {
  if (spec === undefined) return false;
  const text = JSON.stringify(spec);
  return text.includes(`${schedulerName}"`) || rayFlag.test(text);
}

/** KubeRay's flag has a name of its own for it. */
const rayFlag = /"--?batch-scheduler(?:=|",")scheduler-plugins"/;

/** The flags of the operators of trainings that name their gang scheduler. */
const volcanoFlag = /"--?gang-schedul(?:ing|er-name)(?:=|",")volcano"/i;

function isToldOfVolcano({ kind, spec }: Manifest): boolean {
  return kind === 'Deployment' && volcanoFlag.test(JSON.stringify(spec));
}

/** Whether it is a runtime of Trainer's whose trainings get groups of this sort. */
function hasGroupPolicy({ spec }: Manifest, policy: 'coscheduling' | 'volcano'): boolean {
  const policies = isRecord(spec) ? spec['podGroupPolicy'] : undefined;
  return isRecord(policies) && policies[policy] !== undefined;
}

/** A manifest without a kind may be of any. */
function isOfArgo({ apiVersion = '', kind }: Manifest, operator: string): boolean {
  if (apiVersion.split('/')[0] !== argoGroup) return false;
  return kind === undefined || byArgoKind[operator]?.has(kind) === true;
}

/** Whether it is a namespace whose pods the injector is asked about, unless they refuse. */
function asksForSidecars({ kind, metadata }: Manifest): boolean {
  return kind === 'Namespace' && isInjectorAsked({}, metadata?.labels ?? {});
}

/** Whether it is an InferenceService or InferenceGraph in Knative mode: as it says, or as KServe's ConfigMap among these does. */
function isOfKnative({ kind, metadata }: Manifest, objects: readonly Manifest[]): boolean {
  if (kind !== 'InferenceService' && kind !== 'InferenceGraph') return false;
  const annotated = modeNames[metadata?.annotations?.[keys.deploymentMode] ?? ''];
  return (annotated ?? modeNames[defaultModeAmong(objects)]) === 'Knative';
}

function defaultModeAmong(objects: readonly Manifest[]): string {
  const map = objects.find(
    ({ kind, metadata }) => kind === 'ConfigMap' && metadata?.name === configurationName,
  );
  if (!isRecord(map?.data)) return '';
  // What is no text, the API server refuses.
  const data = map.data as Readonly<Record<string, string>>;
  const configuration = configurationOf({ data });
  // KServe itself tells what it cannot read.
  return typeof configuration === 'string' ? '' : configuration.deploy.defaultDeploymentMode;
}

/** Those of them that run only where they are needed, with what they need themselves. */
export function neededBy(objects: readonly Manifest[]): readonly Operator[] {
  const names = operatorsFor(objects).filter(name => operators[name]?.isOnDemand === true);
  const all = new Set(names.flatMap(name => [...(operators[name]?.needs ?? []), name]));
  return [...all].flatMap(name => operators[name] ?? []);
}
