/** SEA005: an API version that Kubernetes no longer serves. */
import { didYouMean } from '../../input/errors.js';
import type { Entry } from '../entry.js';
import type { Hit, Rule } from '../rule.js';

/** `group/version kind` -> the release that removed it, and what replaces it. */
const removed: Readonly<Record<string, readonly [release: string, instead: string]>> = {
  'extensions/v1beta1 Deployment': ['1.16', 'apps/v1'],
  'extensions/v1beta1 DaemonSet': ['1.16', 'apps/v1'],
  'extensions/v1beta1 ReplicaSet': ['1.16', 'apps/v1'],
  'extensions/v1beta1 NetworkPolicy': ['1.16', 'networking.k8s.io/v1'],
  'extensions/v1beta1 PodSecurityPolicy': ['1.16', 'pod-security.kubernetes.io labels'],
  'extensions/v1beta1 Ingress': ['1.22', 'networking.k8s.io/v1'],
  'apps/v1beta1 *': ['1.16', 'apps/v1'],
  'apps/v1beta2 *': ['1.16', 'apps/v1'],
  'admissionregistration.k8s.io/v1beta1 MutatingWebhookConfiguration': [
    '1.22',
    'admissionregistration.k8s.io/v1',
  ],
  'admissionregistration.k8s.io/v1beta1 ValidatingWebhookConfiguration': [
    '1.22',
    'admissionregistration.k8s.io/v1',
  ],
  'apiextensions.k8s.io/v1beta1 *': ['1.22', 'apiextensions.k8s.io/v1'],
  'apiregistration.k8s.io/v1beta1 *': ['1.22', 'apiregistration.k8s.io/v1'],
  'authentication.k8s.io/v1beta1 TokenReview': ['1.22', 'authentication.k8s.io/v1'],
  'authorization.k8s.io/v1beta1 *': ['1.22', 'authorization.k8s.io/v1'],
  'certificates.k8s.io/v1beta1 CertificateSigningRequest': ['1.22', 'certificates.k8s.io/v1'],
  'coordination.k8s.io/v1beta1 Lease': ['1.22', 'coordination.k8s.io/v1'],
  'networking.k8s.io/v1beta1 Ingress': ['1.22', 'networking.k8s.io/v1'],
  'networking.k8s.io/v1beta1 IngressClass': ['1.22', 'networking.k8s.io/v1'],
  'rbac.authorization.k8s.io/v1alpha1 *': ['1.22', 'rbac.authorization.k8s.io/v1'],
  'rbac.authorization.k8s.io/v1beta1 *': ['1.22', 'rbac.authorization.k8s.io/v1'],
  'scheduling.k8s.io/v1beta1 PriorityClass': ['1.22', 'scheduling.k8s.io/v1'],
  'storage.k8s.io/v1beta1 StorageClass': ['1.22', 'storage.k8s.io/v1'],
  'storage.k8s.io/v1beta1 CSIDriver': ['1.22', 'storage.k8s.io/v1'],
  'storage.k8s.io/v1beta1 CSINode': ['1.22', 'storage.k8s.io/v1'],
  'storage.k8s.io/v1beta1 VolumeAttachment': ['1.22', 'storage.k8s.io/v1'],
  'batch/v1beta1 CronJob': ['1.25', 'batch/v1'],
  'discovery.k8s.io/v1beta1 EndpointSlice': ['1.25', 'discovery.k8s.io/v1'],
  'events.k8s.io/v1beta1 Event': ['1.25', 'events.k8s.io/v1'],
  'autoscaling/v2beta1 HorizontalPodAutoscaler': ['1.25', 'autoscaling/v2'],
  'policy/v1beta1 PodDisruptionBudget': ['1.25', 'policy/v1'],
  'policy/v1beta1 PodSecurityPolicy': ['1.25', 'pod-security.kubernetes.io labels'],
  'node.k8s.io/v1beta1 RuntimeClass': ['1.25', 'node.k8s.io/v1'],
  'autoscaling/v2beta2 HorizontalPodAutoscaler': ['1.26', 'autoscaling/v2'],
  'flowcontrol.apiserver.k8s.io/v1beta1 *': ['1.26', 'flowcontrol.apiserver.k8s.io/v1'],
  'storage.k8s.io/v1beta1 CSIStorageCapacity': ['1.27', 'storage.k8s.io/v1'],
  'flowcontrol.apiserver.k8s.io/v1beta2 *': ['1.29', 'flowcontrol.apiserver.k8s.io/v1'],
  'flowcontrol.apiserver.k8s.io/v1beta3 *': ['1.32', 'flowcontrol.apiserver.k8s.io/v1'],
};

/** The rule. */
export const removedApi: Rule = {
  id: 'SEA005',
  name: 'removed-api',
  severity: 'error',
  title: 'An API version that Kubernetes no longer serves.',
  why: 'The API server answers "no matches for kind": nothing of the object is created. An upgrade of the cluster is where it shows.',
  fix: 'change apiVersion, and the fields that changed with it (kubectl convert helps)',
  source: 'https://kubernetes.io/docs/reference/using-api/deprecation-guide/',
  *find({ trial }): Iterable<Hit> {
    for (const entry of trial.unserved) {
      const known = removalOf(entry);
      const found = trial.servedElsewhere(entry);
      // An operator's kind of the same name is another kind.
      const served = found !== undefined && isBuiltIn(found) ? found : undefined;
      if (known !== undefined) {
        const [release, instead] = known;
        yield {
          entry,
          path: ['apiVersion'],
          message: `${entry.apiVersion} ${entry.kind} was removed in Kubernetes ${release}`,
          fix: `use ${instead}`,
        };
      } else if (builtInGroups.has(entry.group)) {
        const others = trial.builtInKinds.filter(kind => kind !== entry.kind);
        const near = didYouMean(entry.kind, others);
        const instead = served ?? near;
        yield {
          entry,
          path: ['apiVersion'],
          // Alpha kinds are there when their feature is turned on.
          severity: instead === undefined ? 'warning' : 'error',
          message: `Kubernetes 1.36 does not serve ${entry.kind} in ${entry.apiVersion} by default`,
          ...(instead !== undefined && {
            fix: served === undefined ? `did you mean ${instead}?` : `use ${served}`,
          }),
        };
      }
    }
  },
};

/** Whether the version is known to have been removed, or is a wrong version of a built-in kind. */
export function isRetired(entry: Entry): boolean {
  return removalOf(entry) !== undefined || builtInGroups.has(entry.group);
}

function isBuiltIn(apiVersion: string): boolean {
  const slash = apiVersion.indexOf('/');
  return builtInGroups.has(slash < 0 ? '' : apiVersion.slice(0, slash));
}

function removalOf({ apiVersion, kind }: Entry): readonly [string, string] | undefined {
  return removed[`${apiVersion} ${kind}`] ?? removed[`${apiVersion} *`];
}

const builtInGroups = new Set([
  '',
  'admissionregistration.k8s.io',
  'apiextensions.k8s.io',
  'apiregistration.k8s.io',
  'apps',
  'autoscaling',
  'batch',
  'certificates.k8s.io',
  'coordination.k8s.io',
  'discovery.k8s.io',
  'extensions',
  'networking.k8s.io',
  'node.k8s.io',
  'policy',
  'rbac.authorization.k8s.io',
  'resource.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
]);
