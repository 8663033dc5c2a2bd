/**
 * Keeps objects out of namespaces that are missing or being deleted, and the first namespaces in being.
 * @upstream apiserver/pkg/admission/plugin/namespace/lifecycle/admission.go
 */
import { namespaces, type Namespace } from '../../api/kinds/core.js';
import { forbidden, notFound } from '../../api/status.js';
import { isKind } from './shared/matching.js';
import { forbid, refuse, shownName } from './shared/outcome.js';
import type { AdmissionPlugin } from './plugin.js';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

/** The plug-in NamespaceLifecycle. */
export const namespaceLifecycle: AdmissionPlugin = {
  name: 'NamespaceLifecycle',
  handles: (operation, resource) =>
    operation === 'DELETE' ? isKind(resource, namespaces) : operation !== 'CONNECT',
  mutate(attributes, { access }) {
    const { operation, resource, namespace, name } = attributes;
    if (isKind(resource, namespaces)) {
      const isRefused = operation === 'DELETE' && immortal.has(name);
      return isRefused ? forbid(attributes, 'this namespace may not be deleted') : undefined;
    }
    if (namespace === '' || isLocalAccessReview(resource)) return undefined;
    const stored = access.get(namespaces, '', namespace) as Namespace | undefined;
    if (stored === undefined) return refuse(notFound(namespaces, namespace));
    if (operation !== 'CREATE' || stored.status?.phase !== 'Terminating') return undefined;
    const text = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const cause = {
      reason: 'NamespaceTerminating',
      message: `namespace ${namespace} is being terminated`,
      field: 'metadata.namespace',
    };
    return refuse(forbidden(resource, shownName(attributes), text, [cause]));
  },
};

/** Telling whether a namespace exists would leak it. */
function isLocalAccessReview({ group, resource }: { group: string; resource: string }): boolean {
  return group === 'authorization.k8s.io' && resource === 'localsubjectaccessreviews';
}
