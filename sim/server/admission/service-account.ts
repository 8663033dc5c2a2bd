/**
 * Gives pods their service account, its token volume and its pull secrets; limits what they reference.
 * @upstream plugin/pkg/admission/serviceaccount/admission.go
 */
import { pods, serviceAccounts, type Pod, type ServiceAccount } from '../../api/kinds/core.js';
import type { ServerAccess } from '../access.js';
import { secretsOf } from '../authorization/node-relations.js';
import { handling } from './shared/matching.js';
import { forbid, mutated, objectOf } from './shared/outcome.js';
import type { AdmissionAttributes, AdmissionOutcome, AdmissionPlugin } from './plugin.js';
import { ephemeralReferenceError, referenceError } from './service-account/references.js';
import { withTokenVolume } from './service-account/volume.js';

/** The plug-in ServiceAccount. */
export const serviceAccount: AdmissionPlugin = {
  name: 'ServiceAccount',
  handles: (operation, resource, subresource) =>
    handling(pods, ['CREATE'])(operation, resource, subresource) ||
    handling(pods, ['UPDATE'], ['ephemeralcontainers'])(operation, resource, subresource),
  mutate(attributes, { access }) {
    if (attributes.operation !== 'CREATE') return undefined;
    const pod = objectOf<Pod>(attributes);
    if (pod.spec === undefined) return undefined;
    if (isMirror(pod)) return mirrorRefusal(attributes, pod);
    const name = pod.spec.serviceAccountName || 'default';
    const account = find(access, attributes.namespace, name);
    if (account !== undefined) return withAccount(attributes, pod, account, access);
    if (name !== 'default') return lookupRefusal(attributes, name);
    return awaitDefault(attributes, pod, access);
  },
  validate(attributes, { access }) {
    const pod = objectOf<Pod>(attributes);
    const isUpdate = attributes.operation === 'UPDATE';
    if (!isUpdate && isMirror(pod)) return mirrorRefusal(attributes, pod);
    const name = pod.spec?.serviceAccountName ?? '';
    if (name === '') {
      const where = `${attributes.namespace}/${pod.metadata.name ?? ''}`;
      return forbid(attributes, `no service account specified for pod ${where}`);
    }
    const account = find(access, attributes.namespace, name);
    if (account === undefined) return lookupRefusal(attributes, name);
    if (!enforcesReferences(account)) return undefined;
    const error = isUpdate ? ephemeralReferenceError(account, pod) : referenceError(account, pod);
    return error === undefined ? undefined : forbid(attributes, error);
  },
};

function isMirror(pod: Pod): boolean {
  return pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined;
}

function mirrorRefusal(attributes: AdmissionAttributes, { spec }: Pod): AdmissionOutcome {
  if (spec === undefined) return undefined;
  if (spec.serviceAccountName) {
    return forbid(attributes, 'a mirror pod may not reference service accounts');
  }
  for (const secret of secretsOf(spec)) {
    if (secret !== undefined) return forbid(attributes, 'a mirror pod may not reference secrets');
  }
  const sources = (spec.volumes ?? []).flatMap(volume => volume.projected?.sources ?? []);
  if (!sources.some(source => source.serviceAccountToken !== undefined)) return undefined;
  return forbid(attributes, 'a mirror pod may not use ServiceAccountToken volume projections');
}

function find(access: ServerAccess, namespace: string, name: string): ServiceAccount | undefined {
  return access.get(serviceAccounts, namespace, name) as unknown as ServiceAccount | undefined;
}

function lookupRefusal(attributes: AdmissionAttributes, name: string): AdmissionOutcome {
  const which = `${attributes.namespace}/${name}`;
  const text = `error looking up service account ${which}: serviceaccount "${name}" not found`;
  return forbid(attributes, text);
}

function enforcesReferences({ metadata }: ServiceAccount): boolean {
  const value = metadata.annotations?.['kubernetes.io/enforce-mountable-secrets'] ?? '';
  return ['1', 't', 'T', 'TRUE', 'true', 'True'].includes(value);
}

function withAccount(
  attributes: AdmissionAttributes,
  pod: Pod,
  account: ServiceAccount,
  access: ServerAccess,
): AdmissionOutcome {
  const { spec } = pod;
  if (spec === undefined) return undefined;
  const name = account.metadata.name ?? '';
  const isMounted =
    spec.automountServiceAccountToken ?? account.automountServiceAccountToken ?? true;
  const named = Object.assign({}, spec, { serviceAccountName: name, serviceAccount: name });
  const mounted = isMounted ? withTokenVolume(named, access) : named;
  const pull = account.imagePullSecrets ?? [];
  const isPulling = (spec.imagePullSecrets ?? []).length === 0 && pull.length > 0;
  const finished: Pod = {
    ...pod,
    spec: isPulling ? { ...mounted, imagePullSecrets: pull.map(one => ({ ...one })) } : mounted,
  };
  const error = enforcesReferences(account) ? referenceError(account, finished) : undefined;
  return error === undefined ? mutated(finished) : forbid(attributes, error);
}

/** How often the default account is looked for before the pod is refused. */
const attemptsMax = 10;

/** The controller is about to make the default account of a new namespace. */
function awaitDefault(
  attributes: AdmissionAttributes,
  pod: Pod,
  access: ServerAccess,
): AdmissionOutcome {
  const { clock, random } = access;
  const intervalMs = 100 + random.fork('service-account-admission').integer(100);
  return {
    kind: 'wait',
    start: resume => {
      let attempts = 1;
      const look = () => {
        const account = find(access, attributes.namespace, 'default');
        if (account !== undefined) return resume(withAccount(attributes, pod, account, access));
        if (++attempts >= attemptsMax) return resume(lookupRefusal(attributes, 'default'));
        clock.after(intervalMs, 'admission/service-account', look);
      };
      clock.after(intervalMs, 'admission/service-account', look);
    },
  };
}
