/** SEA218: a webhook is served by a Service that is not there. */
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
} from '../../../sim/api/kinds/admissionregistration.js';
import { listOf } from '../pod-template.js';
import { missing } from '../references.js';
import type { Rule } from '../rule.js';

/** The rule. */
export const webhookService: Rule = {
  id: 'SEA218',
  name: 'webhook-service',
  severity: 'warning',
  title: 'An admission webhook is served by a Service that is not among the manifests.',
  why: 'With failurePolicy Fail every request that the webhook matches is refused as long as the Service does not answer.',
  fix: 'mend clientConfig.service, or apply the Service first',
  source:
    'https://kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers/',
  *find(survey) {
    const all = [
      ...survey.of(mutatingWebhookConfigurations),
      ...survey.of(validatingWebhookConfigurations),
    ];
    for (const entry of all) {
      for (const [index, { clientConfig }] of listOf(entry.object.webhooks).entries()) {
        const { service } = clientConfig;
        // What the server refuses for want of a namespace it tells itself.
        if (service === undefined || service.namespace === '') continue;
        const { namespace, name } = service;
        const gap = missing(survey, { kind: 'Service', namespace, name });
        if (gap === undefined) continue;
        const path = ['webhooks', index, 'clientConfig', 'service', 'name'];
        yield { entry, path, message: gap.text, severity: gap.severity };
      }
    }
  },
};
