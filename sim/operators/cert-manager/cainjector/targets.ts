/** What authorities are written into, as applied: only what the injector owns. @upstream cert-manager v1.21.1 pkg/controller/cainjector/injectables.go */
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  type MutatingWebhookConfiguration,
  type ValidatingWebhookConfiguration,
} from '../../../api/kinds/admissionregistration.js';
import { customResourceDefinitions } from '../../../api/kinds/apiextensions.js';
import type { CustomResourceDefinition } from '../../../api/kinds/apiextensions.js';
import { apiServices, type APIService } from '../../../api/kinds/apiregistration.js';
import type { HasMetadata, Kind } from '../../../api/object.js';

/** The bundle that takes the place of one. */
export type Renew = (bundle: string | undefined) => string;

/** A kind into whose objects authorities are written. */
export interface Target<T extends HasMetadata> {
  readonly kind: Kind<T>;
  /** What is applied besides type and name. */
  applied(object: T, renew: Renew): Readonly<Record<string, unknown>>;
}

type WebhookConfiguration = MutatingWebhookConfiguration | ValidatingWebhookConfiguration;

/** All webhooks of the object. */
export const mutatingTarget: Target<MutatingWebhookConfiguration> = {
  kind: mutatingWebhookConfigurations,
  applied: ofWebhooks,
};

/** All webhooks of the object. */
export const validatingTarget: Target<ValidatingWebhookConfiguration> = {
  kind: validatingWebhookConfigurations,
  applied: ofWebhooks,
};

/** What the aggregator trusts. */
export const apiServiceTarget: Target<APIService> = {
  kind: apiServices,
  applied: ({ spec }, renew) => ({ spec: clientOf(spec?.caBundle, renew) }),
};

/** The webhook that converts, where one does. */
export const definitionTarget: Target<CustomResourceDefinition> = {
  kind: customResourceDefinitions,
  applied: ({ spec }, renew) => {
    if (spec.conversion?.strategy !== 'Webhook') return {};
    const clientConfig = clientOf(spec.conversion.webhook?.clientConfig?.caBundle, renew);
    return { spec: { conversion: { webhook: { clientConfig } } } };
  },
};

function ofWebhooks({ webhooks = [] }: WebhookConfiguration, renew: Renew) {
  if (webhooks.length === 0) return {};
  return {
    webhooks: webhooks.map(({ name, clientConfig }) => ({
      name,
      clientConfig: clientOf(clientConfig.caBundle, renew),
    })),
  };
}

/** An empty bundle is left out. */
function clientOf(bundle: string | undefined, renew: Renew): { readonly caBundle?: string } {
  const caBundle = renew(bundle);
  return caBundle === '' ? {} : { caBundle };
}
