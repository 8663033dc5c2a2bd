/** The webhooks that refuse runtimes. @upstream kubeflow/trainer v2.3.0 pkg/webhooks/{trainingruntime,clustertrainingruntime}_webhook.go */
import { invalid, printedError, type FieldError } from '../../api/field-error.js';
import type { ReplicatedJob } from '../jobset/types.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import { podOf, stepOf } from './containers.js';
import { datasetStep, modelStep, nodeName, trainerStep } from './names.js';
import type { TrainingRuntime } from './types.js';

/** The container that does the work of a step. */
const containers: Readonly<Record<string, string>> = {
  [trainerStep]: nodeName,
  [modelStep]: modelStep,
  [datasetStep]: datasetStep,
};

/** Judges creations; updates of runtimes of a namespace are not looked at. */
export const validateRuntime: Webhook = function* ({ operation, object }) {
  if (operation !== 'CREATE') return { isAllowed: true };
  return verdict(object as unknown as TrainingRuntime | undefined);
};

/** Judges creations and updates. */
export const validateClusterRuntime: Webhook = function* ({ object }) {
  return verdict(object as unknown as TrainingRuntime | undefined);
};

function verdict(runtime: TrainingRuntime | undefined): WebhookVerdict {
  const all = runtime?.spec.template?.spec?.replicatedJobs ?? [];
  const texts = all.flatMap(errorsOf).map(printedError);
  if (texts.length === 0) return { isAllowed: true };
  return {
    isAllowed: false,
    message: texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`,
  };
}

function errorsOf(replicated: ReplicatedJob, index: number): readonly FieldError[] {
  const path = `spec.template.spec.replicatedJobs[${index}]`;
  const step = stepOf(replicated) ?? '';
  const wanted = containers[step];
  if (wanted === undefined) return [];
  const { replicas = 0 } = replicated;
  const own = podOf(replicated).containers;
  const hasContainer = own.some(({ name }) => name === wanted);
  const text = `must contain the required container for the ancestor: ${step}`;
  return [
    ...(replicas === 1 ? [] : [invalid(`${path}.replicas`, replicas, 'always must be 1')]),
    ...(hasContainer ? [] : [invalid(`${path}.template.spec.template.spec.containers`, own, text)]),
  ];
}
