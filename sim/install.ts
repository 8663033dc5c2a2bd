/** Creates the objects of an operator's installation, as its user would with kubectl. */
import type { KubeObject } from './api/object.js';
import type { Clock } from './engine/clock.js';
import { invariant } from './engine/invariant.js';
import type { ApiServer } from './server/contract.js';

/** The collections of the kinds that installations hold. */
const collections: Readonly<Record<string, string>> = {
  Namespace: '/api/v1/namespaces',
  ServiceAccount: '/api/v1/namespaces/{namespace}/serviceaccounts',
  ConfigMap: '/api/v1/namespaces/{namespace}/configmaps',
  ClusterRole: '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  ClusterRoleBinding: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
  CustomResourceDefinition: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
  Service: '/api/v1/namespaces/{namespace}/services',
  Deployment: '/apis/apps/v1/namespaces/{namespace}/deployments',
  Role: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/roles',
  RoleBinding: '/apis/rbac.authorization.k8s.io/v1/namespaces/{namespace}/rolebindings',
  MutatingWebhookConfiguration:
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
  ValidatingWebhookConfiguration:
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
  DeviceClass: '/apis/resource.k8s.io/v1/deviceclasses',
  ResourceSlice: '/apis/resource.k8s.io/v1/resourceslices',
  StorageClass: '/apis/storage.k8s.io/v1/storageclasses',
  IngressClass: '/apis/networking.k8s.io/v1/ingressclasses',
  ClusterServingRuntime: '/apis/serving.kserve.io/v1alpha1/clusterservingruntimes',
  ClusterStorageContainer: '/apis/serving.kserve.io/v1alpha1/clusterstoragecontainers',
  ClusterTrainingRuntime: '/apis/trainer.kubeflow.org/v1alpha1/clustertrainingruntimes',
};

/** The manifests are our own: they need no strict reading. */
const installer = {
  certificate: { user: 'kubernetes-admin', groups: ['system:masters'] },
  omitsManagedFields: true,
};

/** A kind that was just defined is served after a moment. */
const retryMs = 100;
const attemptsMax = 100;

/** Creates the object; one of ours that the server refuses is a defect. */
export function install(server: ApiServer, clock: Clock, object: KubeObject): void {
  const { kind = '', metadata } = object;
  const collection = collections[kind];
  invariant(collection !== undefined, `${kind} has its collection in sim/install.ts`);
  const path = collection.replace('{namespace}', metadata.namespace ?? '');
  const name = `${kind} ${metadata.name ?? ''}`;
  const attempt = (left: number): void =>
    server.serve({ method: 'POST', path, body: object }, installer, answer => {
      if (answer.status === 404 && left > 0) {
        clock.after(retryMs, `${name} is installed`, () => attempt(left - 1));
        return;
      }
      const isTaken = answer.status === 201;
      invariant(isTaken, isTaken ? name : `${name} is taken: ${JSON.stringify(answer.body)}`);
    });
  attempt(attemptsMax);
}
