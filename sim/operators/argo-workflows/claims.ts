/** Claims of volumes that live as long as their Workflow. @upstream workflow/controller/operator.go createPVCs, deletePVCs */
import { persistentVolumeClaims } from '../../api/kinds/core.js';
import { ownerReference } from '../../api/meta.js';
import type { Reconciliation } from '../../client/contract.js';
import { call, create, get, remove, update } from '../../client/requests.js';
import { keys } from './keys.js';
import type { Operation } from './operation.js';
import { workflows } from './types.js';

/** Makes those that are missing; a text tells why one could not be made. */
export function* createClaims(operation: Operation): Reconciliation<string | undefined> {
  const { volumeClaimTemplates = [] } = operation.spec;
  const { status, namespace } = operation;
  const made = status.persistentVolumeClaims ?? [];
  if (made.length === volumeClaimTemplates.length) return undefined;
  for (const [index, template] of volumeClaimTemplates.entries()) {
    const { name = '', labels } = template.metadata;
    if (name === '') return `volumeClaimTemplates[${index}].metadata.name is required`;
    const claimName = `${operation.name}-${name}`;
    const metadata = {
      ...template.metadata,
      ...{ name: claimName, namespace, labels: { ...labels, [keys.workflow]: operation.name } },
      ownerReferences: [ownerReference(operation.workflow, workflows)],
    };
    const answer = yield* call(create(persistentVolumeClaims, { ...template, metadata }));
    if (!answer.isOk && answer.reason !== 'AlreadyExists') return answer.message;
    if (!answer.isOk) {
      const present = yield* call(get(persistentVolumeClaims, namespace, claimName));
      if (!present.isOk) return present.message;
      const owners = present.object.metadata.ownerReferences ?? [];
      if (!owners.some(({ uid }) => uid === operation.workflow.metadata.uid)) {
        return `${claimName} pvc already exists with different ownerreference`;
      }
    }
    const volume = { name, persistentVolumeClaim: { claimName } };
    status.persistentVolumeClaims = [...(status.persistentVolumeClaims ?? []), volume];
    operation.isUpdated = true;
  }
  return undefined;
}

/** Deletes them once the Workflow has succeeded, or however it ended. */
export function* deleteClaims(operation: Operation): Reconciliation<void> {
  const { status, spec, namespace } = operation;
  const { strategy = 'OnWorkflowSuccess' } = spec.volumeClaimGC ?? {};
  if (strategy === 'OnWorkflowSuccess' && status.phase !== 'Succeeded') return;
  const left = [];
  for (const volume of status.persistentVolumeClaims ?? []) {
    const name = volume.persistentVolumeClaim?.claimName ?? '';
    const answer = yield* call(remove(persistentVolumeClaims, namespace, name));
    if (!answer.isOk && answer.status !== 404) left.push(volume);
    else yield* unprotect(namespace, name);
  }
  if (left.length === (status.persistentVolumeClaims ?? []).length) return;
  operation.isUpdated = true;
  if (left.length === 0) delete status.persistentVolumeClaims;
  else status.persistentVolumeClaims = left;
}

/** Pods that have ended protect a claim until they are deleted: upstream takes that away. */
function* unprotect(namespace: string, name: string): Reconciliation<void> {
  const answer = yield* call(get(persistentVolumeClaims, namespace, name));
  if (!answer.isOk) return;
  const { metadata } = answer.object;
  const finalizers = metadata.finalizers?.filter(one => one !== 'kubernetes.io/pvc-protection');
  const changed = {
    ...answer.object,
    metadata: { ...metadata, ...(finalizers && { finalizers }) },
  };
  yield* call(update(persistentVolumeClaims, changed));
}
