/** Which secrets a pod may reference when its account says so. */
import type {
  Container,
  EphemeralContainer,
  Pod,
  ServiceAccount,
} from '../../../api/kinds/core.js';

/** What is wrong with the secrets that the pod references; undefined when nothing is. */
export function referenceError(account: ServiceAccount, pod: Pod): string | undefined {
  const mountable = names(account.secrets);
  const accountName = account.metadata.name ?? '';
  const notReferenced = `is not allowed because service account ${accountName} does not reference that`;
  const { volumes = [], initContainers = [], containers = [] } = pod.spec ?? {};
  for (const { secret } of volumes) {
    if (secret === undefined || mountable.has(secret.secretName)) continue;
    return `volume with secret.secretName="${secret.secretName ?? ''}" ${notReferenced} secret`;
  }
  const error =
    containersError('init container', initContainers, mountable) ??
    containersError('container', containers, mountable);
  if (error !== undefined) return `${error} ${notReferenced} secret`;
  const pull = names(account.imagePullSecrets);
  const references = pod.spec?.imagePullSecrets ?? [];
  const index = references.findIndex(({ name }) => !pull.has(name));
  if (index < 0) return undefined;
  const name = references[index]?.name ?? '';
  return `imagePullSecrets[${index}].name="${name}" ${notReferenced} imagePullSecret`;
}

/** The same for the ephemeral containers alone. */
export function ephemeralReferenceError(account: ServiceAccount, pod: Pod): string | undefined {
  const containers = pod.spec?.ephemeralContainers ?? [];
  const error = containersError('ephemeral container', containers, names(account.secrets));
  if (error === undefined) return undefined;
  const accountName = account.metadata.name ?? '';
  return `${error} is not allowed because service account ${accountName} does not reference that secret`;
}

function names(references: readonly { readonly name?: string }[] = []) {
  return new Set(references.map(({ name }) => name));
}

function containersError(
  noun: string,
  containers: readonly (Container | EphemeralContainer)[],
  mountable: ReadonlySet<string | undefined>,
): string | undefined {
  for (const { name, env = [], envFrom = [] } of containers) {
    for (const variable of env) {
      const secret = variable.valueFrom?.secretKeyRef;
      if (secret === undefined || mountable.has(secret.name)) continue;
      const what = `${noun} ${name} with envVar ${variable.name}`;
      return `${what} referencing secret.secretName="${secret.name ?? ''}"`;
    }
    for (const { secretRef } of envFrom) {
      if (secretRef === undefined || mountable.has(secretRef.name)) continue;
      return `${noun} ${name} with envFrom referencing secret.secretName="${secretRef.name ?? ''}"`;
    }
  }
  return undefined;
}
