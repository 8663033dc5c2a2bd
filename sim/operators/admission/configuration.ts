/** Makes the objects that register an operator's webhooks. */
import type { KubeObject } from '../../api/object.js';

/** A webhook to be registered, and the path at which its operator serves it. */
export interface WebhookParts {
  readonly name: string;
  readonly path: string;
  readonly rules: readonly Readonly<Record<string, unknown>>[];
  readonly objectSelector?: Readonly<Record<string, unknown>>;
  readonly namespaceSelector?: Readonly<Record<string, unknown>>;
  readonly reinvocationPolicy?: 'IfNeeded';
  /** What a webhook that does not answer does to a request. Default: it fails. */
  readonly failurePolicy?: 'Ignore';
}

/** The configuration of webhooks that are served by this service. */
export function webhookConfiguration(
  sort: 'Mutating' | 'Validating',
  name: string,
  service: { readonly namespace: string; readonly name: string },
  webhooks: readonly WebhookParts[],
): KubeObject {
  return {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: `${sort}WebhookConfiguration`,
    metadata: { name },
    webhooks: webhooks.map(({ path, failurePolicy = 'Fail', ...webhook }) => ({
      ...webhook,
      clientConfig: { service: { ...service, path } },
      failurePolicy,
      sideEffects: 'None',
      admissionReviewVersions: ['v1'],
    })),
  };
}
