/** The webhooks of a server, by the name of their configuration and as listed there. */
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  type MutatingWebhook,
  type ValidatingWebhook,
} from '../../../api/kinds/admissionregistration.js';
import { Attached } from '../../../engine/attached.js';
import type { GroupResource, ServerAccess } from '../../access.js';

/** A webhook, and where it is configured. */
export interface WebhookHook {
  readonly webhook: ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>;
  readonly configuration: string;
}

interface Configuration {
  readonly metadata: { readonly name?: string };
  readonly webhooks?: readonly WebhookHook['webhook'][];
}

const nobody: readonly WebhookHook[] = [];

function hooksReader(kind: GroupResource): (access: ServerAccess) => readonly WebhookHook[] {
  const remembered = new Attached<
    ServerAccess,
    { readonly revision: number; readonly hooks: readonly WebhookHook[] }
  >();
  return access => {
    const revision = access.lastChange(kind);
    if (revision === 0) return nobody;
    const known = remembered.get(access);
    if (known?.revision === revision) return known.hooks;
    const configurations = access.list(kind) as unknown as readonly Configuration[];
    const hooks = configurations.flatMap(({ metadata, webhooks = [] }) =>
      webhooks.map(webhook => ({ webhook, configuration: metadata.name ?? '' })),
    );
    remembered.set(access, { revision, hooks });
    return hooks;
  };
}

/** All mutating webhooks, in the order in which they are called. */
export const mutatingWebhooks = hooksReader(mutatingWebhookConfigurations);

/** All validating webhooks. */
export const validatingWebhooks = hooksReader(validatingWebhookConfigurations);
