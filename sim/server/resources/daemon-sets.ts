/** DaemonSets. @upstream pkg/registry/apps/daemonset/strategy.go */
import { deepEqual } from '../../api/equality.js';
import { goQuote } from '../../api/go-text.js';
import { daemonSets, type DaemonSet } from '../../api/kinds/apps.js';
import { ageOf, containerCells, labelsText } from './columns/cell.js';
import { selectorCell } from './columns/selector-text.js';
import { daemonSetColumns } from './columns/workloads.js';
import { daemonSetDefaults } from './defaults/workload.js';
import { freshStatus, keepSpec, keepStatus } from './parts.js';
import { templateWarnings, workloadUpdateWarnings } from './pod-warnings.js';
import { strategyOf } from './strategy.js';
import {
  validateDaemonSet,
  validateDaemonSetStatus,
  validateDaemonSetUpdate,
} from './validation/daemon-set.js';

/** The strategy of DaemonSets. */
export const daemonSet = strategyOf<DaemonSet>({
  kind: daemonSets,
  conversionError: ({ metadata }) => parseIntError(metadata.annotations?.[generationKey]),
  defaults: object => numbered(daemonSetDefaults(object)),
  hasGeneration: true,
  prepareForCreate: object => withGeneration(fresh(object), Math.max(1, generationOf(object))),
  validate: validateDaemonSet,
  validateUpdate: validateDaemonSetUpdate,
  warningsOnCreate: object => templateWarnings(object.spec?.template),
  warningsOnUpdate: workloadUpdateWarnings,
  prepareForUpdate: (object, old) => {
    const isChanged = !deepEqual(object.spec?.template, old.spec?.template);
    return withGeneration(keepStatus(object, old), generationOf(old) + (isChanged ? 1 : 0));
  },
  status: {
    prepareForUpdate: (object, old) => withGeneration(keepSpec(object, old), generationOf(old)),
    validateUpdate: validateDaemonSetStatus,
  },
  rowObject: withoutGeneration,
  columns: daemonSetColumns,
  cells: (object, nowMs) => [
    object.metadata.name,
    object.status?.desiredNumberScheduled ?? 0,
    object.status?.currentNumberScheduled ?? 0,
    object.status?.numberReady ?? 0,
    object.status?.updatedNumberScheduled ?? 0,
    object.status?.numberAvailable ?? 0,
    labelsText(object.spec?.template.spec?.nodeSelector),
    ageOf(object, nowMs),
    ...containerCells(object.spec?.template.spec?.containers),
    selectorCell(object.spec?.selector),
  ],
});

const fresh = freshStatus<DaemonSet>({
  currentNumberScheduled: 0,
  numberMisscheduled: 0,
  desiredNumberScheduled: 0,
  numberReady: 0,
});

/** Where apps/v1 tells the number of the template, which is a field of the stored object. */
const generationKey = 'deprecated.daemonset.template.generation';

function generationOf({ metadata }: DaemonSet): number {
  const text = metadata.annotations?.[generationKey] ?? '';
  return /^[+-]?\d+$/.test(text) ? Number(text) : 0;
}

function fits64(value: bigint): boolean {
  return BigInt.asIntN(64, value) === value;
}

/** What Go's strconv.ParseInt says of it. */
function parseIntError(text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const isNumber = /^[+-]?\d+$/.test(text);
  if (isNumber && fits64(BigInt(text.replace('+', '')))) return undefined;
  const problem = isNumber ? 'value out of range' : 'invalid syntax';
  return `strconv.ParseInt: parsing ${goQuote(text)}: ${problem}`;
}

/** Every conversion to apps/v1 tells the number, even of what was never stored. */
function numbered(object: DaemonSet): DaemonSet {
  return object.metadata.annotations?.[generationKey] === undefined
    ? withGeneration(object, 0)
    : object;
}

function withGeneration(object: DaemonSet, generation: number): DaemonSet {
  const annotations = { ...object.metadata.annotations, [generationKey]: String(generation) };
  return { ...object, metadata: { ...object.metadata, annotations } };
}

/** As the internal type has it, of which tables are made. */
function withoutGeneration(object: DaemonSet): DaemonSet {
  const { annotations, ...metadata } = object.metadata;
  const { [generationKey]: _, ...rest } = annotations ?? {};
  const kept = Object.keys(rest).length === 0 ? metadata : { ...metadata, annotations: rest };
  return { ...object, metadata: kept };
}
