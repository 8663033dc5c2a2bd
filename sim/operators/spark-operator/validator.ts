/** The webhooks that refuse. @upstream kubeflow/spark-operator internal/webhook/{sparkapplication,scheduledsparkapplication,sparkconf}_validator.go */
import { deepEqual } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import { dns1035LabelErrors } from '../../api/labels.js';
import type { HasMetadata, KubeObject } from '../../api/object.js';
import type { Webhook, WebhookVerdict } from '../admission/webhook.js';
import type {
  DriverIngress,
  ScheduledSparkApplication,
  SparkApplication,
  SparkApplicationSpec,
} from './types.js';

const kubernetes = 'spark.kubernetes';
const byOperator = 'authentication credentials are managed by the operator';
const inSpec = 'configure the service account via the CRD spec instead';
const byImage = 'use the image field on the CRD instead';
const isManaged = 'this value is managed by the operator';

const denied: Readonly<Record<string, string>> = {
  [`${kubernetes}.authenticate.driver.serviceAccountName`]: inSpec,
  [`${kubernetes}.authenticate.executor.serviceAccountName`]: inSpec,
  [`${kubernetes}.authenticate.oauthTokenFile`]: byOperator,
  [`${kubernetes}.authenticate.oauthToken`]: byOperator,
  [`${kubernetes}.authenticate.driver.oauthTokenFile`]: byOperator,
  [`${kubernetes}.authenticate.driver.oauthToken`]: byOperator,
  [`${kubernetes}.authenticate.executor.oauthTokenFile`]: byOperator,
  [`${kubernetes}.authenticate.executor.oauthToken`]: byOperator,
  'spark.master': isManaged,
  [`${kubernetes}.driver.master`]: isManaged,
  [`${kubernetes}.container.image`]: byImage,
  [`${kubernetes}.driver.container.image`]: byImage,
  [`${kubernetes}.executor.container.image`]: byImage,
};

/** Judges applications. */
export const validateApplication: Webhook = function* ({ object, oldObject }) {
  const app = object as unknown as SparkApplication | undefined;
  if (app === undefined) return { isAllowed: true };
  const error =
    nameError('SparkApplication', app) ?? unlessSame(app, oldObject, () => specError(app));
  return verdict(error);
};

/** Judges schedules. */
export const validateScheduled: Webhook = function* ({ object, oldObject }) {
  const app = object as unknown as ScheduledSparkApplication | undefined;
  if (app === undefined) return { isAllowed: true };
  const { namespace = '' } = app.metadata;
  const error =
    nameError('ScheduledSparkApplication', app) ??
    unlessSame(app, oldObject, () => confError(app.spec.template.sparkConf, namespace));
  return verdict(error);
};

function verdict(message: string | undefined): WebhookVerdict {
  return message === undefined ? { isAllowed: true } : { isAllowed: false, message };
}

function nameError(kind: string, { metadata }: HasMetadata): string | undefined {
  const { name = '' } = metadata;
  const errors = dns1035LabelErrors(name);
  if (errors.length === 0) return undefined;
  return `invalid ${kind} name ${goQuote(name)}: ${errors.join(', ')}`;
}

function unlessSame(
  app: { readonly spec: unknown },
  oldObject: KubeObject | undefined,
  judge: () => string | undefined,
): string | undefined {
  return oldObject !== undefined && deepEqual(app.spec, oldObject['spec']) ? undefined : judge();
}

/** What is wrong with an application. */
export function specError({ metadata, spec }: SparkApplication): string | undefined {
  const { driver, executor, nodeSelector } = spec;
  if (hasTemplate(spec) && isBefore3(spec.sparkVersion ?? '')) {
    return 'pod template feature requires Spark version 3.0.0 or higher';
  }
  const own = driver.nodeSelector ?? executor.nodeSelector;
  if (nodeSelector !== undefined && own !== undefined) {
    return 'node selector cannot be defined at both SparkApplication and Driver/Executor';
  }
  return (
    ingressError(spec.driverIngressOptions ?? []) ??
    confError(spec.sparkConf, metadata.namespace ?? '')
  );
}

function hasTemplate({ driver, executor }: SparkApplicationSpec): boolean {
  return driver.template !== undefined || executor.template !== undefined;
}

function isBefore3(version: string): boolean {
  const major = /^v?(\d+)(?:\.|$)/.exec(version)?.[1];
  // A version that is none comes before all that are.
  return major === undefined || Number(major) < 3;
}

function ingressError(items: readonly DriverIngress[]): string | undefined {
  const ports = new Set<number>();
  const formats = new Set<string>();
  for (const { servicePort, ingressURLFormat = '' } of items) {
    if (servicePort === undefined) return 'DriverIngressOptions has nill ServicePort';
    if (ports.has(servicePort)) {
      return `DriverIngressOptions has duplicate ServicePort: ${servicePort}`;
    }
    ports.add(servicePort);
    if (ingressURLFormat === '') return 'DriverIngressOptions has empty IngressURLFormat';
    if (formats.has(ingressURLFormat)) {
      return `DriverIngressOptions has duplicate IngressURLFormat: ${ingressURLFormat}`;
    }
    formats.add(ingressURLFormat);
  }
  return undefined;
}

function confError(
  conf: Readonly<Record<string, string>> = {},
  namespace: string,
): string | undefined {
  for (const key of Object.keys(conf).sort()) {
    const why = denied[key];
    if (why !== undefined) return `sparkConf key ${goQuote(key)} is not allowed: ${why}`;
    const value = conf[key] ?? '';
    if (key === `${kubernetes}.namespace` && value !== namespace) {
      return `sparkConf key ${goQuote(key)} is not allowed: must equal the application namespace ${goQuote(namespace)}, got ${goQuote(value)}`;
    }
  }
  return undefined;
}
