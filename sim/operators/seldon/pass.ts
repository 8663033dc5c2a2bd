/** One pass over one SeldonDeployment. @upstream seldon-core v1.17.1 operator/controllers/seldondeployment_controller.go */
import { deepEqual } from '../../api/equality.js';
import { namespaces } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import type { Outcome, Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, get, update } from '../../client/requests.js';
import { Children } from './children.js';
import { Components } from './components.js';
import { readConfiguration } from './configuration.js';
import { defaultedSpec } from './defaulter.js';
import { labels } from './names.js';
import { removeObsolete } from './obsolete.js';
import { StatusDraft } from './status.js';
import { seldonDeployments, type SeldonDeployment } from './types.js';

/** What a pass needs besides the object. */
export interface PassMeans {
  readonly nowMs: number;
  record(event: Omit<EventToRecord, 'regarding'>): void;
}

/** Makes a pass. */
export function* runPass(
  owner: SeldonDeployment,
  view: View,
  means: PassMeans,
): Reconciliation<Outcome> {
  if (isDeleting(owner)) return undefined;
  const home = view.get(namespaces, '', owner.metadata.namespace ?? '');
  if ((home?.metadata.labels?.[labels.controller] ?? '') !== '') return undefined;
  if ((owner.metadata.labels?.[labels.controller] ?? '') !== '') return undefined;
  const configuration = yield* readConfiguration();
  if (typeof configuration === 'string') return { retry: configuration };
  const complete = { ...owner, spec: defaultedSpec(owner, configuration) };
  const components = new Components(complete, configuration);
  const status = new StatusDraft(owner, means.nowMs);
  const children = new Children(owner, view, status, message => means.record(message));
  const failure = yield* children.make(components);
  if (failure !== undefined) {
    means.record({ type: 'Warning', reason: 'InternalError', message: failure });
    status.fail(failure);
    yield* write(owner, status, means);
    return { retry: failure };
  }
  if (children.areDeployed) {
    const removed = yield* removeObsolete(owner, components, status, event => means.record(event));
    if (removed !== undefined) return { retry: removed };
  }
  status.conclude(components, children);
  return yield* write(owner, status, means);
}

function* write(owner: SeldonDeployment, draft: StatusDraft, means: PassMeans): Reconciliation {
  const status = draft.made();
  const { name = '', namespace = '' } = owner.metadata;
  if (deepEqual(status, owner.status ?? {})) return undefined;
  const current = yield* call(get(seldonDeployments, namespace, name));
  if (!current.isOk) return current.status === 404 ? undefined : { retry: current.message };
  if (deepEqual(status, current.object.status ?? {})) return undefined;
  const answer = yield* call(update(seldonDeployments, { ...current.object, status }, 'status'));
  if (!answer.isOk) {
    if (answer.status === 404) return undefined;
    const message = `Failed to update status for SeldonDeployment "${name}": ${answer.message}`;
    means.record({ type: 'Warning', reason: 'UpdateFailed', message });
    return { retry: answer.message };
  }
  means.record({
    ...{ type: 'Normal', reason: 'Updated', message: `Updated SeldonDeployment "${name}"` },
  });
  return undefined;
}
