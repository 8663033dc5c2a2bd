/** The webhook that refuses TrainJobs. @upstream kubeflow/trainer v2.3.0 pkg/webhooks/trainjob_webhook.go, pkg/runtime */
import { invalid, forbidden, printedError, type FieldError } from '../../api/field-error.js';
import { call, get } from '../../client/requests.js';
import type { Reconciliation } from '../../client/contract.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { jobSetErrors, refOf } from './job-set-errors.js';
import { changedPatchErrors } from './patch-errors.js';
import { launcherName, nodeName, reservedEnv, supportLabel } from './names.js';
import { runtimeInfo, type RuntimeInfo } from './runtime-info.js';
import {
  clusterTrainingRuntimes,
  runtimeKindOf,
  type TrainerSpec,
  type TrainJob,
} from './types.js';

const policyUrl =
  'https://trainer.kubeflow.org/en/latest/operator-guides/runtime.html#runtime-deprecation-policy';

/** Judges creations and updates. */
export const validateTrainJob: Webhook = function* ({ namespace, object, oldObject }) {
  if (object === undefined) return { isAllowed: true };
  const job = object as unknown as TrainJob;
  const kind = runtimeKindOf(job);
  const { name, apiGroup = '', kind: named = '' } = job.spec.runtimeRef;
  if (kind === undefined) return refused(`unsupported runtime: ${named}.${apiGroup}`);
  const answer = yield* call(get(kind, kind.isNamespaced ? namespace : '', name));
  if (!answer.isOk) {
    const isOfCluster = kind.kind === clusterTrainingRuntimes.kind;
    const why =
      answer.status === 404 ? `${kind.kind}.${kind.group} "${name}" not found` : answer.message;
    const path = isOfCluster ? 'spec.RuntimeRef' : 'spec.runtimeRef';
    const what = isOfCluster ? 'clusterTrainingRuntime' : 'trainingRuntime';
    const text = `${why}: specified ${what} must be created before the TrainJob is created`;
    return refused(printedError(invalid(path, refOf(job), text)));
  }
  const info = runtimeInfo(job, answer.object);
  const errors = typeof info === 'string' ? jobSetErrors(job, answer.object) : errorsOf(job, info);
  const old = oldObject as unknown as TrainJob | undefined;
  const all = [...errors, ...(yield* changesOf(job, old))].map(printedError);
  if (all.length > 0) return refused(all.length === 1 ? (all[0] ?? '') : `[${all.join(', ')}]`);
  const isDeprecated =
    kind === clusterTrainingRuntimes &&
    answer.object.metadata.labels?.[supportLabel] === 'deprecated';
  if (!isDeprecated) return { isAllowed: true };
  const warning = `Referenced ClusterTrainingRuntime "${name}" is deprecated and will be removed in a future release of Kubeflow Trainer. See runtime deprecation policy: ${policyUrl}`;
  return { isAllowed: true, warnings: [warning] };
};

function refused(message: string): WebhookVerdict {
  return { isAllowed: false, message };
}

function* changesOf(
  job: TrainJob,
  old: TrainJob | undefined,
): Reconciliation<readonly FieldError[]> {
  return old === undefined ? [] : yield* changedPatchErrors(job, old);
}

function errorsOf(job: TrainJob, info: RuntimeInfo): readonly FieldError[] {
  const { trainer } = job.spec;
  const { torch, mpi, xgboost } = info.policy ?? {};
  return [
    ...(mpi === undefined ? [] : mpiErrors(job, info)),
    ...(torch === undefined
      ? []
      : [...injectionErrors(info), ...reservedErrors(trainer, reservedEnv.torch)]),
    ...(xgboost === undefined ? [] : xgboostErrors(trainer)),
    ...jobSetErrors(job, { metadata: {}, spec: { template: { spec: info.spec } } }),
  ];
}

function mpiErrors({ spec }: TrainJob, info: RuntimeInfo): readonly FieldError[] {
  const { numNodes = 1 } = spec.trainer ?? {};
  const isPaired = [launcherName, nodeName].every(name =>
    info.podSets.some(set => set.name === name),
  );
  const isLacking = numNodes >= 2 && info.policy?.mpi?.runLauncherAsNode === true && !isPaired;
  const text =
    'must have 1 when MPI trainingRuntime with enabled runLauncherAsNode does not have either launcher and node';
  return [
    ...(isLacking ? [invalid('spec.trainer.numNodes', numNodes, text)] : []),
    ...reservedErrors(spec.trainer, reservedEnv.mpi),
  ];
}

function reservedErrors(
  trainer: TrainerSpec | undefined,
  reserved: readonly string[],
): readonly FieldError[] {
  const env = trainer?.env ?? [];
  const names = [...new Set(env.map(({ name }) => name))].filter(one => reserved.includes(one));
  if (names.length === 0) return [];
  const value = env.map(({ name, value: given = '', valueFrom }) => ({
    name,
    ...(given !== '' && { value: given }),
    ...(valueFrom !== undefined && { valueFrom }),
  }));
  const text = `must not have reserved envs, invalid envs configured: [${names.sort().join(' ')}]`;
  return [invalid('spec.trainer.env', value, text)];
}

function xgboostErrors(trainer: TrainerSpec | undefined): readonly FieldError[] {
  const reserved: readonly string[] = reservedEnv.xgboost;
  return (trainer?.env ?? []).flatMap(({ name }, index) =>
    reserved.includes(name)
      ? [forbidden(`spec.trainer.env[${index}]`, `${name} is reserved for the XGBoost runtime`)]
      : [],
  );
}

function injectionErrors({ policy, spec }: RuntimeInfo): readonly FieldError[] {
  const targets = policy?.torch?.envInjection?.targets ?? [];
  return targets.flatMap(target => {
    const replicated = (spec.replicatedJobs ?? []).find(({ name }) => name === target.jobName);
    const pod = replicated?.template.spec?.template.spec;
    const names = [...(pod?.initContainers ?? []), ...(pod?.containers ?? [])].map(
      ({ name }) => name,
    );
    return target.containerNames
      .filter(name => !names.includes(name))
      .map(name =>
        invalid(
          'spec.runtimeRef',
          target,
          `envInjection target podSet "${target.jobName}" container "${name}" not found in runtime template`,
        ),
      );
  });
}
