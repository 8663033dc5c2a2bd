/**
 * How often each kind's own check of an update looks at metadata, after what is common to all kinds did.
 * @upstream pkg/registry/<group>/<kind>/strategy.go ValidateUpdate, and the functions of pkg/apis that it calls
 */

/**
 * `whole`: as of a new object (ValidateObjectMeta). `change`: as of a new version (ValidateObjectMetaUpdate).
 * Those of `plain` kinds are the machinery's own, which knows no names of finalizers.
 */
export type MetaCheck = 'whole' | 'change';

const change: readonly MetaCheck[] = ['change'];
const changeWhole: readonly MetaCheck[] = ['change', 'whole'];
const wholeChange: readonly MetaCheck[] = ['whole', 'change'];
const whole: readonly MetaCheck[] = ['whole'];
const none: readonly MetaCheck[] = [];

/** By resource, or resource and subresource; `change` where nothing is said. */
const checks: Readonly<Record<string, readonly MetaCheck[]>> = {
  pods: changeWhole,
  'pods/resize': whole,
  'pods/ephemeralcontainers': whole,
  configmaps: changeWhole,
  secrets: changeWhole,
  serviceaccounts: changeWhole,
  endpoints: changeWhole,
  persistentvolumeclaims: changeWhole,
  persistentvolumes: ['whole', 'whole'],
  limitranges: whole,
  nodes: wholeChange,
  namespaces: wholeChange,
  controllerrevisions: changeWhole,
  jobs: wholeChange,
  'cronjobs/status': none,
  ingresses: changeWhole,
  ingressclasses: changeWhole,
  ipaddresses: wholeChange,
  'servicecidrs/status': none,
  poddisruptionbudgets: none,
  'poddisruptionbudgets/status': none,
  roles: wholeChange,
  clusterroles: wholeChange,
  rolebindings: wholeChange,
  clusterrolebindings: wholeChange,
  endpointslices: whole,
  storageclasses: wholeChange,
  csinodes: whole,
  csistoragecapacities: wholeChange,
  volumeattachments: whole,
  'volumeattachments/status': whole,
  volumeattributesclasses: changeWhole,
  runtimeclasses: wholeChange,
  flowschemas: whole,
  'flowschemas/status': none,
  prioritylevelconfigurations: whole,
  'prioritylevelconfigurations/status': none,
  validatingwebhookconfigurations: whole,
  mutatingwebhookconfigurations: whole,
  validatingadmissionpolicies: whole,
  validatingadmissionpolicybindings: whole,
  mutatingadmissionpolicies: whole,
  mutatingadmissionpolicybindings: whole,
  apiservices: changeWhole,
  certificatesigningrequests: wholeChange,
  'certificatesigningrequests/status': wholeChange,
  'certificatesigningrequests/approval': wholeChange,
  deviceclasses: wholeChange,
  resourceclaims: wholeChange,
  resourceclaimtemplates: wholeChange,
};

/** The checks, in the order in which they tell. Events of core/v1 are looked at by none. */
export function metaChecksOf(
  { group, resource }: { readonly group: string; readonly resource: string },
  subresource: string,
): readonly MetaCheck[] {
  if (resource === 'events') return group === '' ? none : change;
  return checks[subresource === '' ? resource : `${resource}/${subresource}`] ?? change;
}

const plainResources = new Set([
  'apiservices',
  'customresourcedefinitions',
  'leases',
  'runtimeclasses',
  'poddisruptionbudgets',
]);

/** Whether only the machinery's own checks look at the metadata of the kind: any finalizer's name will do. */
export function isPlain({
  group,
  resource,
}: {
  readonly group: string;
  readonly resource: string;
}): boolean {
  if (group === 'admissionregistration.k8s.io') return true;
  return resource === 'events' ? group === '' : plainResources.has(resource);
}
