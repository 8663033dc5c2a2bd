/** The webhooks of a server, by the name of their configuration and as listed there. */
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  type MutatingWebhook,
  type ValidatingWebhook,
} from '../../../api/kinds/admissionregistration.js';
import type { GroupResource, ServerAccess } from '../../access.js';
import { remembered } from '../../remembered.js';

/** A webhook, and where it is configured. */
export interface WebhookHook {
  readonly webhook: ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;
  readonly configuration: string;
}

interface Configuration {
  readonly metadata: { readonly name?: string };
  readonly webhooks?: readonly WebhookHook['webhook'][];
}

function hooksReader(kind: GroupResource): (access: ServerAccess) => readonly WebhookHook[] {
  return remembered([kind], access => {
    const configurations = access.list(kind) as unknown as readonly Configuration[];
    return configurations.flatMap(({ metadata, webhooks = [] }) =>
      webhooks.map(webhook => ({ webhook, configuration: metadata.name ?? '' })),
    );
  });
}

/** All mutating webhooks, in the order in which they are called. */
export const mutatingWebhooks = hooksReader(mutatingWebhookConfigurations);

/** All validating webhooks. */
export const validatingWebhooks = hooksReader(validatingWebhookConfigurations);
