/** The schema of what a TrainJob changes of its runtime. @upstream kubeflow/trainer v2.3.0 manifests/base/crds/trainer.kubeflow.org_trainjobs.yaml */
import { keyedList, object, text } from '../crd/schema-parts.js';
import { schemaOf, type Schema } from '../crd/schema-of.js';

const immutable: Schema = {
  'x-kubernetes-validations': [{ message: 'field is immutable', rule: 'self == oldSelf' }],
};
const name: Schema = { ...text, maxLength: 253, minLength: 1 };

function byName(items: Schema, itemsMax: number, key = 'name'): Schema {
  return keyedList(items, [key], itemsMax);
}

function partsOf(type: string): Readonly<Record<string, Schema>> {
  return schemaOf(type)['properties'] as Readonly<Record<string, Schema>>;
}

/** The list of patches. */
export function runtimePatchesSchema(): Schema {
  const metadata = partsOf('core/v1.PodTemplateSpec')['metadata'] ?? {};
  const podTemplate = object({ metadata, spec: podSchema() });
  const jobTemplate = object({ metadata, spec: object({ template: podTemplate }) });
  const replicated = object({ name, template: jobTemplate }, ['name']);
  const jobSet = object({ replicatedJobs: byName(replicated, 100) });
  const patch = object(
    {
      manager: { ...name, ...immutable },
      time: { ...text, format: 'date-time' },
      trainingRuntimeSpec: object({ template: object({ metadata, spec: jobSet }) }),
    },
    ['manager'],
  );
  return byName(patch, 16, 'manager');
}

function podSchema(): Schema {
  const pod = partsOf('core/v1.PodSpec');
  const container = object(
    {
      env: byName(schemaOf('core/v1.EnvVar'), 128),
      name,
      securityContext: schemaOf('core/v1.SecurityContext'),
      volumeMounts: byName(schemaOf('core/v1.VolumeMount'), 128),
    },
    ['name'],
  );
  const seconds: Schema = { type: 'integer', format: 'int64', minimum: 0 };
  return object({
    affinity: schemaOf('core/v1.Affinity'),
    containers: { ...byName(container, 64), ...immutable },
    imagePullSecrets: { ...pod['imagePullSecrets'], maxItems: 64, ...immutable },
    initContainers: { ...byName(container, 64), ...immutable },
    nodeSelector: { type: 'object', additionalProperties: text },
    schedulingGates: { ...pod['schedulingGates'], maxItems: 16 },
    securityContext: { ...schemaOf('core/v1.PodSecurityContext'), ...immutable },
    serviceAccountName: { ...text, maxLength: 253, ...immutable },
    terminationGracePeriodSeconds: { ...seconds, ...immutable },
    tolerations: { ...pod['tolerations'], maxItems: 128, 'x-kubernetes-list-type': 'atomic' },
    volumes: { ...byName(schemaOf('core/v1.Volume'), 128), ...immutable },
  });
}
