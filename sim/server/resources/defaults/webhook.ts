/** The defaults of admission webhooks and policies. @upstream pkg/apis/admissionregistration/v1/defaults.go */
import type {
  MatchResources,
  NamedRuleWithOperations,
  RuleWithOperations,
  WebhookClientConfig,
} from '../../../api/kinds/admissionregistration.js';
import type { LabelSelector } from '../../../api/kinds/meta.js';
import { eachItem, fill, within } from './fill.js';

const everything: LabelSelector = {};

interface Webhook {
  readonly clientConfig: WebhookClientConfig;
  readonly rules?: readonly RuleWithOperations[];
  readonly failurePolicy?: string;
  readonly matchPolicy?: string;
  readonly namespaceSelector?: LabelSelector;
  readonly objectSelector?: LabelSelector;
  readonly timeoutSeconds?: number;
}

/** What webhooks of both kinds have when nothing is said. */
export function webhookDefaults<T extends Webhook>(webhook: T): T {
  const values: Partial<Webhook> = {
    failurePolicy: 'Fail',
    matchPolicy: 'Equivalent',
    namespaceSelector: everything,
    objectSelector: everything,
    timeoutSeconds: 10,
  };
  const filled: Webhook = fill<Webhook>(webhook, values);
  const ruled = within(filled, 'rules', rules => eachItem(rules, ruleDefaults));
  const reached = within(ruled, 'clientConfig', client =>
    within(client, 'service', service => fill(service, { port: 443 })),
  );
  return reached as T;
}

function ruleDefaults<T extends RuleWithOperations | NamedRuleWithOperations>(rule: T): T {
  return rule.scope === undefined ? Object.assign({}, rule, { scope: '*' }) : rule;
}

/** What a policy matches when nothing is said. */
export function matchResourcesDefaults(match: MatchResources): MatchResources {
  let result = fill(match, {
    matchPolicy: 'Equivalent',
    namespaceSelector: everything,
    objectSelector: everything,
  });
  result = within(result, 'resourceRules', rules => eachItem(rules, ruleDefaults));
  return within(result, 'excludeResourceRules', rules => eachItem(rules, ruleDefaults));
}
