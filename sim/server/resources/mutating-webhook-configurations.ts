/** MutatingWebhookConfigurations. @upstream pkg/registry/admissionregistration/mutatingwebhookconfiguration/strategy.go */
import {
  mutatingWebhookConfigurations,
  type MutatingWebhookConfiguration,
} from '../../api/kinds/admissionregistration.js';
import { deepEqual } from '../../api/equality.js';
import { hasEmptyMarks } from '../../api/go-struct.js';
import { ageOf } from './columns/cell.js';
import { mutatingWebhookColumns } from './columns/policy.js';
import { eachItem, fill, within } from './defaults/fill.js';
import { webhookDefaults } from './defaults/webhook.js';
import { strategyOf } from './strategy.js';
import { validateWebhooks } from './validation/webhooks.js';

/** The strategy of MutatingWebhookConfigurations. */
export const mutatingWebhookConfiguration = strategyOf<MutatingWebhookConfiguration>({
  kind: mutatingWebhookConfigurations,
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  validate: object => validateWebhooks(object),
  validateUpdate: validateWebhooks,
  // By reflect.DeepEqual.
  bumpsGeneration: ({ webhooks }, old) =>
    hasEmptyMarks(webhooks) || !deepEqual(webhooks, old.webhooks),
  defaults: object =>
    within(object, 'webhooks', list =>
      eachItem(list, webhook => fill(webhookDefaults(webhook), { reinvocationPolicy: 'Never' })),
    ),
  columns: mutatingWebhookColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    (object.webhooks ?? []).length,
    ageOf(object, nowMs),
  ],
});
