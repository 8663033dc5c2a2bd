/** What the admission webhooks of jobs refuse. @upstream training-operator v1.8.1 pkg/webhooks */
import {
  forbidden,
  invalid,
  notSupported,
  printedError,
  required,
  type FieldError,
} from '../../api/field-error.js';
import { dns1035LabelErrors } from '../../api/labels.js';
import type { Webhook, WebhookRequest } from '../admission/webhook.js';
import type { JobKind } from './job-kind.js';
import type { ReplicaSpec, TrainingJob } from './types.js';

/** The webhook of a kind of job. */
export function jobWebhook(kind: JobKind): Webhook {
  return request => judge(kind, request);
}

function* judge(kind: JobKind, { object }: WebhookRequest): ReturnType<Webhook> {
  const job = object as unknown as TrainingJob | undefined;
  const message = job === undefined ? undefined : kind.refusal?.(job);
  return message === undefined ? { isAllowed: true } : { isAllowed: false, message };
}

/** The errors as Go's aggregates print them; undefined when there is none. */
export function aggregated(errors: readonly FieldError[]): string | undefined {
  const texts = [...new Set(errors.map(printedError))];
  if (texts.length === 0) return undefined;
  return texts.length === 1 ? texts[0] : `[${texts.join(', ')}]`;
}

/** Names of jobs are the beginning of names of services. */
export function nameErrors({ metadata }: TrainingJob): readonly FieldError[] {
  const { name = '' } = metadata;
  const problems = dns1035LabelErrors(name);
  if (problems.length === 0) return [];
  return [invalid('metadata.name', name, `should match: ${problems.join(',')}`)];
}

/** What is wrong with the containers of each replica type. */
export function replicaErrors(
  specs: Readonly<Record<string, ReplicaSpec>> | undefined,
  field: string,
  kind: {
    readonly containerName: string;
    /** The container's name, as it stands in the message. */
    readonly printedName?: string;
    /** The types that there are, when others are refused. */
    readonly types?: readonly string[];
    /** The type that must have one replica. */
    readonly single?: string;
  },
): readonly FieldError[] {
  if (specs === undefined) return [required(field, 'must be required')];
  return Object.entries(specs)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([type, spec]) => {
      const path = `${field}[${type}]`;
      const isKnown = kind.types === undefined || kind.types.includes(type);
      return [
        ...(isKnown ? [] : [notSupported(path, type, kind.types ?? [])]),
        ...containerErrors(spec, `${path}.template.spec.containers`, kind),
        ...(type === kind.single && spec.replicas !== 1
          ? [forbidden(`${path}.replicas`, 'must be 1')]
          : []),
      ];
    });
}

function containerErrors(
  { template }: ReplicaSpec,
  path: string,
  kind: { readonly containerName: string; readonly printedName?: string },
): readonly FieldError[] {
  const { containerName: name, printedName = name } = kind;
  const containers = template?.spec?.containers ?? [];
  const isNamed = containers.some(container => container.name === name);
  return [
    ...(containers.length === 0 ? [required(path, 'must be specified')] : []),
    ...containers.flatMap((container, index) =>
      (container.image ?? '') === ''
        ? [required(`${path}[${index}].image`, 'must be required')]
        : [],
    ),
    ...(isNamed
      ? []
      : [required(path, `must have at least one container with name ${printedName}`)]),
  ];
}
