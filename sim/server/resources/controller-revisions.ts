/** ControllerRevisions. @upstream pkg/registry/apps/controllerrevision/strategy.go */
import { controllerRevisions, type ControllerRevision } from '../../api/kinds/apps.js';
import { controllerOf } from '../../api/meta.js';
import { ageOf, groupKindText } from './columns/cell.js';
import { controllerRevisionColumns } from './columns/workloads.js';
import { fill } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateRevision, validateRevisionUpdate } from './validation/controller-revision.js';

/** The strategy of ControllerRevisions. */
export const controllerRevision = strategyOf<ControllerRevision>({
  kind: controllerRevisions,
  defaults: object => fill(object, { revision: 0 }),
  validate: validateRevision,
  validateUpdate: validateRevisionUpdate,
  columns: controllerRevisionColumns,
  cells: (object, nowMs) => {
    const owner = controllerOf(object);
    const controller =
      owner === undefined
        ? '<none>'
        : `${groupKindText(owner.apiVersion, owner.kind)}/${owner.name}`;
    return [object.metadata.name, controller, object.revision, ageOf(object, nowMs)];
  },
});
