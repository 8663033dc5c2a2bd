/** ValidatingWebhookConfigurations. @upstream pkg/registry/admissionregistration/validatingwebhookconfiguration/strategy.go */
import {
  validatingWebhookConfigurations,
  type ValidatingWebhookConfiguration,
} from '../../api/kinds/admissionregistration.js';
import { deepEqual } from '../../api/equality.js';
import { ageOf } from './columns/cell.js';
import { validatingWebhookColumns } from './columns/policy.js';
import { eachItem, within } from './defaults/fill.js';
import { webhookDefaults } from './defaults/webhook.js';
import { strategyOf } from './strategy.js';
import { validateWebhooks } from './validation/webhooks.js';

/** The strategy of ValidatingWebhookConfigurations. */
export const validatingWebhookConfiguration = strategyOf<ValidatingWebhookConfiguration>({
  kind: validatingWebhookConfigurations,
  hasGeneration: true,
  allowsUnconditionalUpdate: false,
  validate: object => validateWebhooks(object),
  validateUpdate: validateWebhooks,
  bumpsGeneration: (object, old) => !deepEqual(object.webhooks, old.webhooks),
  defaults: object => within(object, 'webhooks', list => eachItem(list, webhookDefaults)),
  columns: validatingWebhookColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    (object.webhooks ?? []).length,
    ageOf(object, nowMs),
  ],
});
