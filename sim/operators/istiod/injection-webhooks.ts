/**
 * For which pods the injector is asked: those whose namespace asks for it, or who do so themselves.
 * @upstream manifests/charts/istio-control/istio-discovery/templates/mutatingwebhook.yaml
 */
import { selectorOf, type Labels } from '../../api/selectors.js';
import type { WebhookParts } from '../admission/configuration.js';
import { injectKey } from './keys.js';

const revision = 'istio.io/rev';
const enabled = 'istio-injection';
const isAbsent = (key: string) => ({ key, operator: 'DoesNotExist' });
const isIn = (key: string, value: string) => ({ key, operator: 'In', values: [value] });
const notRefused = { key: injectKey, operator: 'NotIn', values: ['false'] };

/** The four webhooks of the default revision, served at the path. */
export function injectionWebhooks(path: string): readonly WebhookParts[] {
  const rules = [
    { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
  ];
  const asked = (
    name: string,
    ofNamespace: readonly object[],
    ofObject: readonly object[],
  ): WebhookParts => ({
    ...{ name: `${name}.sidecar-injector.istio.io`, path, rules },
    namespaceSelector: { matchExpressions: ofNamespace },
    objectSelector: { matchExpressions: ofObject },
  });
  return [
    asked('rev.namespace', [isIn(revision, 'default'), isAbsent(enabled)], [notRefused]),
    asked(
      'rev.object',
      [isAbsent(revision), isAbsent(enabled)],
      [notRefused, isIn(revision, 'default')],
    ),
    asked('namespace', [isIn(enabled, 'enabled')], [notRefused]),
    asked(
      'object',
      [isAbsent(enabled), isAbsent(revision)],
      [isIn(injectKey, 'true'), isAbsent(revision)],
    ),
  ];
}

const webhooks = injectionWebhooks('');

/** Whether one of them is sent a pod with these labels, in a namespace with those. */
export function isInjectorAsked(ofPod: Labels, ofNamespace: Labels): boolean {
  return webhooks.some(
    ({ namespaceSelector, objectSelector }) =>
      selectorOf(namespaceSelector).matches(ofNamespace) &&
      selectorOf(objectSelector).matches(ofPod),
  );
}
