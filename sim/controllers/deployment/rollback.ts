/** Takes a deployment back to an earlier template, as its annotation asks. @upstream pkg/controller/deployment/rollback.go */
import type { Deployment } from '../../api/kinds/apps.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import {
  lastRevision,
  parseRevision,
  revisionOf,
  rolledBackAnnotations,
  rollbackKey,
} from './annotations.js';
import { equalIgnoringHash, withoutHash } from './replica-sets.js';
import { allOf, type Sets } from './status.js';

/** The revision that is asked for, 0 for the last; undefined when none is. */
export function rollbackOf({ metadata }: Deployment): bigint | undefined {
  const text = metadata.annotations?.[rollbackKey];
  return text === undefined ? undefined : parseRevision(text);
}

/** The deployment with the template of that revision and without the request, and what is told of it. */
export function rollbackTarget(
  deployment: Deployment,
  sets: Sets,
): { readonly deployment: Deployment; readonly event?: Omit<EventToRecord, 'regarding'> } {
  const all = allOf(sets);
  const asked = rollbackOf(deployment) ?? 0n;
  const revision = asked === 0n ? lastRevision(all) : asked;
  if (revision === 0n) return refused(deployment, notFound, 'Unable to find last revision.');
  const set = all.find(candidate => revisionOf(candidate) === revision);
  if (set === undefined) {
    return refused(deployment, notFound, 'Unable to find the revision to rollback to.');
  }
  const { name = '' } = deployment.metadata;
  const template = set.spec?.template;
  if (template === undefined || equalIgnoringHash(deployment.spec?.template, template)) {
    const message = `The rollback revision contains the same template as current deployment "${name}"`;
    return refused(deployment, 'DeploymentRollbackTemplateUnchanged', message);
  }
  const annotations = rolledBackAnnotations(deployment, set);
  const metadata = { ...deployment.metadata, annotations };
  const spec = { ...deployment.spec, template: withoutHash(template) } as Deployment['spec'];
  const message = `Rolled back deployment "${name}" to revision ${revision}`;
  return {
    deployment: withoutRequest({ ...deployment, metadata, spec }),
    event: { type: 'Normal', reason: 'DeploymentRollback', message },
  };
}

const notFound = 'DeploymentRollbackRevisionNotFound';

function refused(
  deployment: Deployment,
  reason: string,
  message: string,
): ReturnType<typeof rollbackTarget> {
  return { deployment: withoutRequest(deployment), event: { type: 'Warning', reason, message } };
}

function withoutRequest(deployment: Deployment): Deployment {
  const { [rollbackKey]: _request, ...annotations } = deployment.metadata.annotations ?? {};
  return { ...deployment, metadata: { ...deployment.metadata, annotations } };
}
