/** Pods. @upstream pkg/registry/core/pod/strategy.go */
import { pods, type Pod } from '../../api/kinds/core.js';
import { podCells, podRowConditions } from './columns/pod-cells.js';
import { podColumns } from './columns/core.js';
import { podDefaults } from './defaults/pod.js';
import { preparedPod } from './pod-create.js';
import { keepStatus } from './parts.js';
import { preparedEphemeral, preparedResize, preparedStatus } from './pod-update.js';
import { podStatusWarnings, podWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import { validatePod } from './validation/pod.js';
import { validatePodStatus } from './validation/pod-status.js';
import { validateEphemeral, validateResize } from './validation/pod-subresources.js';
import { validatePodUpdate } from './validation/pod-update.js';

/** The strategy of Pods. */
export const pod = strategyOf<Pod>({
  kind: pods,
  defaults: podDefaults,
  hasGeneration: true,
  returnsDeletedObject: true,
  prepareForCreate: preparedPod,
  validate: validatePod,
  prepareForUpdate: keepStatus,
  validateUpdate: validatePodUpdate,
  warningsOnCreate: podWarnings,
  graceSeconds,
  status: {
    prepareForUpdate: preparedStatus,
    validateUpdate: validatePodStatus,
    warningsOnUpdate: podStatusWarnings,
  },
  subresources: {
    ephemeralcontainers: {
      prepareForUpdate: preparedEphemeral,
      validateUpdate: validateEphemeral,
    },
    resize: { prepareForUpdate: preparedResize, validateUpdate: validateResize },
  },
  selectableFields: {
    'spec.nodeName': object => object.spec?.nodeName ?? '',
    'spec.host': object => object.spec?.nodeName ?? '',
    'spec.restartPolicy': object => object.spec?.restartPolicy ?? '',
    'spec.schedulerName': object => object.spec?.schedulerName ?? '',
    'spec.serviceAccountName': object => object.spec?.serviceAccountName ?? '',
    'spec.hostNetwork': object => String(object.spec?.hostNetwork ?? false),
    'status.phase': object => object.status?.phase ?? '',
    'status.podIP': object => object.status?.podIPs?.[0]?.ip ?? '',
    // Taken as a label, but never part of the fields that a pod shows.
    'status.podIPs': () => '',
    'status.nominatedNodeName': object => object.status?.nominatedNodeName ?? '',
  },
  fieldSelectorError: 'not-supported',
  columns: podColumns,
  cells: podCells,
  rowConditions: podRowConditions,
});

/** Who has not begun or has ended goes at once; others get what was asked, or what they asked. */
function graceSeconds(pod: Pod, asked: number | undefined): number {
  const phase = pod.status?.phase;
  if (!pod.spec?.nodeName || phase === 'Failed' || phase === 'Succeeded') return 0;
  const period = asked ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return period < 0 ? 1 : period;
}
