/** Workloads, behind the gate GenericWorkload. @upstream pkg/registry/scheduling/workload/strategy.go */
import {
  workloads,
  type PodGroupTemplate,
  type Workload,
  type WorkloadSpec,
} from '../../api/kinds/scheduling-v1alpha2.js';
import { ageOf } from './columns/cell.js';
import { workloadColumns } from './columns/scheduling.js';
import { eachItem, fill, within } from './defaults/fill.js';
import { strategyOf } from './strategy.js';
import { validateWorkload, validateWorkloadUpdate } from './validation/pod-group.js';

/** The strategy of Workloads. */
export const workload = strategyOf<Workload>({
  kind: workloads,
  defaults: object =>
    within(fill(object, { spec: {} as WorkloadSpec }), 'spec', spec =>
      within(spec, 'podGroupTemplates', list => eachItem(list, shown)),
    ),
  prepareForCreate: ungated,
  prepareForUpdate: ungated,
  validate: validateWorkload,
  validateUpdate: validateWorkloadUpdate,
  columns: workloadColumns,
  cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
});

/** The type has no omitempty at the constraints: what is absent is shown as null. */
function shown(template: PodGroupTemplate): PodGroupTemplate {
  const filled = fill(template, { schedulingPolicy: {} });
  if (filled.schedulingConstraints !== undefined) return filled;
  return { ...filled, schedulingConstraints: null as never };
}

/** Without the fields whose own gates are off: topology, claims, disruption and priority of groups. */
function ungated(object: Workload): Workload {
  return within(object, 'spec', spec =>
    within(spec, 'podGroupTemplates', list =>
      eachItem(list, ({ name, schedulingPolicy }) => shown({ name, schedulingPolicy })),
    ),
  );
}
