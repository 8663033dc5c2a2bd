/**
 * Says of each flow schema whether its priority level is there. The schemas of a fresh server say it from
 * the beginning. @upstream apiserver/pkg/util/flowcontrol/apf_controller.go syncOne
 */
import {
  flowSchemas,
  priorityLevelConfigurations,
  type FlowSchema,
} from '../../api/kinds/flowcontrol.js';
import type { ManagedFieldsEntry } from '../../api/kinds/meta.js';
import { rfc3339 } from '../../api/time.js';
import type { Stored } from '../../store/stored.js';
import type { Core } from '../core.js';
import { FieldOwners } from '../field-owners.js';
import { trackFields } from '../managed-fields.js';
import { withResourceVersion } from '../object-meta.js';

/** What the informers and the queue of a real server take: it says so before its client asks again. */
const delayMs = 2;
const manager = 'api-priority-and-fairness-config-consumer-v1';

/** Follows the schemas and the levels from now on. */
export function followFlowSchemas(core: Core): void {
  let isDue = false;
  const wake = () => {
    if (isDue) return;
    isDue = true;
    core.clock.after(delayMs, 'flow-schemas', () => {
      isDue = false;
      tellAll(core);
    });
  };
  for (const { group, version, resource } of [flowSchemas, priorityLevelConfigurations]) {
    const served = core.registry.find(group, version, resource);
    if (served === undefined) continue;
    core.store.watch(served.collection, { afterRevision: core.store.revision }, wake);
  }
}

function tellAll(core: Core): void {
  const { group, version, resource } = flowSchemas;
  const served = core.registry.find(group, version, resource);
  if (served === undefined) return;
  for (const stored of served.collection.list()) {
    const schema = stored.object as FlowSchema;
    const condition = conditionOf(core, schema);
    const known = schema.status?.conditions?.find(({ type }) => type === 'Dangling');
    if (known?.status === condition.status && known.message === condition.message) continue;
    const isSame = known?.status === condition.status;
    const lastTransitionTime = isSame ? known?.lastTransitionTime : rfc3339(core.clock.now());
    const others = (schema.status?.conditions ?? []).filter(one => one !== known);
    const conditions = [...others, { ...condition, lastTransitionTime }];
    const object = { ...stored.object, status: { ...schema.status, conditions } };
    core.store.put(served.collection, {
      key: stored.key,
      object: withResourceVersion(object, core.store.nextResourceVersion()),
      beside: FieldOwners.of([
        conditionOwner(core.clock.now()),
        ...othersOf(stored, trackFields(served)),
      ]),
      user: 'system:apiserver',
    });
  }
}

function conditionOf(core: Core, { spec }: FlowSchema) {
  const name = spec?.priorityLevelConfiguration.name ?? '';
  const isThere = core.access.get(priorityLevelConfigurations, '', name) !== undefined;
  const found = isThere ? 'and it exists' : 'but there is no such object';
  return {
    type: 'Dangling',
    status: isThere ? 'False' : 'True',
    reason: isThere ? 'Found' : 'NotFound',
    message: `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(name)} ${found}`,
  };
}

function othersOf(stored: Stored<FieldOwners>, track: ReturnType<typeof trackFields>) {
  return stored.beside.entries(track).filter(entry => entry.manager !== manager);
}

const fields = ['lastTransitionTime', 'message', 'reason', 'status', 'type'];
const leaf = Object.fromEntries(fields.map(name => [`f:${name}`, {}]));

/** The entry of the server that says whether a schema dangles. */
export function conditionOwner(timeMs: number): ManagedFieldsEntry {
  return {
    manager,
    operation: 'Apply',
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    time: rfc3339(timeMs),
    fieldsType: 'FieldsV1',
    fieldsV1: {
      'f:status': { 'f:conditions': { 'k:{"type":"Dangling"}': { '.': {}, ...leaf } } },
    },
    subresource: 'status',
  };
}
