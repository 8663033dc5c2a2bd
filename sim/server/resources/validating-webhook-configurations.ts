/** ValidatingWebhookConfigurations. @upstream pkg/registry/admissionregistration/validatingwebhookconfiguration/strategy.go */
import {
  validatingWebhookConfigurations,
  type ValidatingWebhookConfiguration,
} from '../../api/kinds/admissionregistration.js';
import { deepEqual } from '../../api/equality.js';
import { hasEmptyMarks } from '../../api/go-struct.js';
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
  // By reflect.DeepEqual.
  bumpsGeneration: ({ webhooks }, old) =>
    hasEmptyMarks(webhooks) || !deepEqual(webhooks, old.webhooks),
  defaults: object => within(object, 'webhooks', list => eachItem(list, webhookDefaults)),
  columns: validatingWebhookColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    (object.webhooks ?? []).length,
    ageOf(object, nowMs),
  ],
});
