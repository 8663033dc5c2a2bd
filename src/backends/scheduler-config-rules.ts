/**
 * What kube-scheduler refuses in a configuration whose fields it knows, in its words.
 * @upstream pkg/scheduler/apis/config/validation
 */
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  type FieldError,
} from '../../sim/api/field-error.js';
import { qualifiedNameErrors } from '../../sim/api/labels.js';
import type { ConfigurationDocument, ProfileDocument } from '../../sim/scheduler/configuration.js';
import { isExtendedName } from '../../sim/scheduler/resource.js';
import type { FieldPath } from '../input/located.js';

/** What is wrong, and where. */
export interface Problem {
  readonly path: FieldPath;
  readonly text: string;
}

/** The first problem of the document. */
export function problemOf(document: ConfigurationDocument): Problem | undefined {
  return [...problems(document)][0];
}

type MakeError = (path: string) => FieldError;

function at(path: FieldPath, make: MakeError): Problem {
  return { path, text: make('').text };
}

function* problems(document: ConfigurationDocument): Generator<Problem> {
  const { parallelism = 16, podInitialBackoffSeconds = 1, podMaxBackoffSeconds = 10 } = document;
  if (parallelism <= 0) {
    const text = 'should be an integer value greater than zero';
    yield at(['parallelism'], path => invalid(path, parallelism, text));
  }
  const { profiles = [{}] } = document;
  yield* profileProblems(profiles.length === 0 ? [{}] : profiles);
  yield* percentage(['percentageOfNodesToScore'], document.percentageOfNodesToScore);
  if (podInitialBackoffSeconds <= 0) {
    yield at(['podInitialBackoffSeconds'], path =>
      invalid(path, podInitialBackoffSeconds, 'must be greater than 0'),
    );
  }
  if (podMaxBackoffSeconds < podInitialBackoffSeconds) {
    const text = 'must be greater than or equal to PodInitialBackoffSeconds';
    yield at(['podMaxBackoffSeconds'], path => invalid(path, podMaxBackoffSeconds, text));
  }
  yield* extenderProblems(document.extenders ?? []);
}

function* percentage(path: FieldPath, value: number | undefined): Generator<Problem> {
  if (value === undefined || (value >= 0 && value <= 100)) return;
  yield at(path, field => invalid(field, value, 'not in valid range [0-100]'));
}

function* profileProblems(profiles: readonly ProfileDocument[]): Generator<Problem> {
  const known = new Map<string, number>();
  const [first] = profiles;
  for (const [index, profile] of profiles.entries()) {
    const path = ['profiles', index];
    // Only the name of a single profile has a default.
    const name = profile.schedulerName ?? (profiles.length === 1 ? 'default-scheduler' : '');
    if (name === '') yield at([...path, 'schedulerName'], field => required(field));
    yield* percentage([...path, 'percentageOfNodesToScore'], profile.percentageOfNodesToScore);
    yield* argumentProblems(profile, path);
    const same = known.get(name);
    if (same !== undefined) {
      const other = `profiles[${same}].schedulerName`;
      yield at([...path, 'schedulerName'], field => duplicate(field, other));
    }
    known.set(name, index);
    const queueSort = profile.plugins?.queueSort;
    if (JSON.stringify(queueSort) !== JSON.stringify(first?.plugins?.queueSort)) {
      yield at([...path, 'plugins', 'queueSort'], field =>
        invalid(field, queueSort ?? {}, 'must be the same for all profiles'),
      );
    }
    const sorters = queueSort?.enabled?.length ?? 0;
    if (sorters > 1) {
      yield at([...path, 'plugins', 'queueSort', 'enabled'], field =>
        invalid(field, sorters, 'only one queue sort plugin can be enabled'),
      );
    }
  }
}

function* argumentProblems({ pluginConfig = [] }: ProfileDocument, base: FieldPath) {
  const seen = new Set<string>();
  for (const [index, { name, args }] of pluginConfig.entries()) {
    const path = [...base, 'pluginConfig', index];
    if (seen.has(name)) yield at(path, field => duplicate(field, name));
    seen.add(name);
    // The schema has seen to the types of the fields.
    const given = (args ?? {}) as Arguments;
    for (const problem of argumentRules[name]?.(given) ?? []) {
      yield { ...problem, path: [...path, 'args', ...problem.path] };
    }
  }
}

interface Weighted {
  readonly name?: string;
  readonly weight?: number;
}

interface Point {
  readonly utilization?: number;
  readonly score?: number;
}

/** The arguments of all plug-ins in one. */
interface Arguments {
  readonly minCandidateNodesPercentage?: number;
  readonly minCandidateNodesAbsolute?: number;
  readonly hardPodAffinityWeight?: number;
  readonly bindTimeoutSeconds?: number;
  readonly shape?: readonly Point[];
  readonly filterTimeout?: string;
  readonly defaultingType?: string;
  readonly defaultConstraints?: readonly {
    readonly maxSkew?: number;
    readonly topologyKey?: string;
    readonly whenUnsatisfiable?: string;
    readonly labelSelector?: unknown;
  }[];
  readonly resources?: readonly Weighted[];
  readonly scoringStrategy?: {
    readonly type?: string;
    readonly resources?: readonly Weighted[];
    readonly requestedToCapacityRatio?: { readonly shape?: readonly Point[] };
  };
}

const argumentRules: Readonly<Record<string, (args: Arguments) => Iterable<Problem>>> = {
  *DefaultPreemption({
    minCandidateNodesPercentage: share = 10,
    minCandidateNodesAbsolute: least = 100,
  }) {
    if (share < 0 || share > 100) {
      yield at(['minCandidateNodesPercentage'], path =>
        invalid(path, share, 'not in valid range [0, 100]'),
      );
    }
    if (least < 0) {
      yield at(['minCandidateNodesAbsolute'], path =>
        invalid(path, least, 'not in valid range [0, inf)'),
      );
    }
    if (share === 0 && least === 0) {
      yield at(['minCandidateNodesPercentage'], path =>
        invalid(path, share, 'cannot be zero at the same time as minCandidateNodesAbsolute'),
      );
    }
  },
  *DynamicResources({ filterTimeout }) {
    if (filterTimeout !== undefined && Number.parseFloat(filterTimeout) < 0) {
      yield at(['filterTimeout'], path => invalid(path, filterTimeout, 'must be zero or positive'));
    }
  },
  *InterPodAffinity({ hardPodAffinityWeight: weight = 1 }) {
    if (weight >= 0 && weight <= 100) return;
    yield at(['hardPodAffinityWeight'], path =>
      invalid(path, weight, 'not in valid range [0, 100]'),
    );
  },
  *NodeResourcesBalancedAllocation({ resources = [] }) {
    const seen = new Set<string>();
    for (const [index, { name = '', weight = 1 }] of resources.entries()) {
      const path = ['resources', index];
      if (seen.has(name)) yield at([...path, 'name'], field => duplicate(field, name));
      seen.add(name);
      if (weight !== 1) yield at([...path, 'weight'], field => invalid(field, weight, 'must be 1'));
    }
  },
  *NodeResourcesFit({ scoringStrategy }) {
    if (scoringStrategy === undefined) return;
    const base = ['scoringStrategy'];
    const { type = 'LeastAllocated', resources = [], requestedToCapacityRatio } = scoringStrategy;
    if (!strategies.includes(type)) {
      yield at([...base, 'type'], path => notSupported(path, type, strategies));
    }
    for (const [index, { name = '', weight = 1 }] of resources.entries()) {
      if (weight > 0 && weight <= 100) continue;
      const text = `resource weight of ${name} not in valid range (0, 100]`;
      yield at([...base, 'resources', index, 'weight'], path => invalid(path, weight, text));
    }
    const ratio = [...base, 'requestedToCapacityRatio'];
    if (type !== 'RequestedToCapacityRatio') {
      if (requestedToCapacityRatio === undefined) return;
      const text = 'must be nil when type is not RequestedToCapacityRatio';
      yield at(ratio, path => forbidden(path, text));
    } else if (requestedToCapacityRatio === undefined) {
      const text = 'must be specified when type is RequestedToCapacityRatio';
      yield at(ratio, path => required(path, text));
    } else yield* shapeProblems(requestedToCapacityRatio.shape ?? [], [...ratio, 'shape']);
  },
  *PodTopologySpread({ defaultingType = 'System', defaultConstraints = [] }) {
    if (defaultingType !== 'System' && defaultingType !== 'List') {
      yield at(['defaultingType'], path => notSupported(path, defaultingType, ['System', 'List']));
    }
    if (defaultingType === 'System' && defaultConstraints.length > 0) {
      const text = 'when .defaultConstraints are not empty';
      yield at(['defaultingType'], path => invalid(path, defaultingType, text));
    }
    const seen = new Set<string>();
    for (const [index, constraint] of defaultConstraints.entries()) {
      yield* constraintProblems(constraint, ['defaultConstraints', index], seen);
    }
  },
  *VolumeBinding({ bindTimeoutSeconds = 600, shape }) {
    if (bindTimeoutSeconds < 0) {
      const text = 'invalid BindTimeoutSeconds, should not be a negative value';
      yield at(['bindTimeoutSeconds'], path => invalid(path, bindTimeoutSeconds, text));
    }
    if (shape === undefined) return;
    const text =
      'unexpected field `shape`, remove it or turn on the feature gate StorageCapacityScoring';
    yield at(['shape'], path => invalid(path, shape, text));
  },
};

const strategies = ['LeastAllocated', 'MostAllocated', 'RequestedToCapacityRatio'];

function* shapeProblems(shape: readonly Point[], path: FieldPath): Generator<Problem> {
  if (shape.length === 0) {
    yield at(path, field => required(field, 'at least one point must be specified'));
  }
  for (const [index, { utilization = 0, score = 0 }] of shape.entries()) {
    const before = shape[index - 1]?.utilization ?? -1;
    const own = [...path, index, 'utilization'];
    if (index > 0 && before >= utilization) {
      const text = 'values must be sorted in increasing order';
      yield at(own, field => invalid(field, utilization, text));
    }
    if (utilization < 0 || utilization > 100) {
      yield at(own, field => invalid(field, utilization, 'not in valid range [0, 100]'));
    }
    if (score < 0 || score > 10) {
      yield at([...path, index, 'score'], field =>
        invalid(field, score, 'not in valid range [0, 10]'),
      );
    }
  }
}

function* constraintProblems(
  constraint: NonNullable<Arguments['defaultConstraints']>[number],
  path: FieldPath,
  seen: Set<string>,
): Generator<Problem> {
  const { maxSkew = 0, topologyKey = '', whenUnsatisfiable = '', labelSelector } = constraint;
  if (maxSkew <= 0) {
    yield at([...path, 'maxSkew'], field => invalid(field, maxSkew, 'not in valid range (0, inf)'));
  }
  const key = [...path, 'topologyKey'];
  if (topologyKey === '') yield at(key, field => required(field, 'can not be empty'));
  else {
    for (const text of qualifiedNameErrors(topologyKey)) {
      yield at(key, field => invalid(field, topologyKey, text));
    }
  }
  const when = [...path, 'whenUnsatisfiable'];
  const actions = ['DoNotSchedule', 'ScheduleAnyway'];
  if (whenUnsatisfiable === '') yield at(when, field => required(field, 'can not be empty'));
  else if (!actions.includes(whenUnsatisfiable)) {
    yield at(when, field => notSupported(field, whenUnsatisfiable, actions));
  }
  if (labelSelector !== undefined) {
    const text = 'constraint must not define a selector, as they deduced for each pod';
    yield at([...path, 'labelSelector'], field => forbidden(field, text));
  }
  const pair = `{${topologyKey}, ${whenUnsatisfiable}}`;
  if (seen.has(pair)) yield at(path, field => duplicate(field, pair));
  seen.add(pair);
}

function* extenderProblems(
  extenders: NonNullable<ConfigurationDocument['extenders']>,
): Generator<Problem> {
  const managed = new Set<string>();
  const binders = extenders.filter(({ bindVerb = '' }) => bindVerb !== '').length;
  for (const [index, extender] of extenders.entries()) {
    const path = ['extenders', index];
    const { prioritizeVerb = '', weight = 0, managedResources = [] } = extender;
    if (prioritizeVerb !== '' && weight <= 0) {
      const text = 'must have a positive weight applied to it';
      yield at([...path, 'weight'], field => invalid(field, weight, text));
    }
    for (const [place, { name = '' }] of managedResources.entries()) {
      const field = [...path, 'managedResources', place, 'name'];
      for (const text of qualifiedNameErrors(name))
        yield at(field, own => invalid(own, name, text));
      if (!isExtendedName(name)) {
        yield at(field, own => invalid(own, name, 'is an invalid extended resource name'));
      }
      if (managed.has(name)) {
        yield at(field, own => invalid(own, name, 'duplicate extender managed resource name'));
      }
      managed.add(name);
    }
  }
  if (binders > 1) {
    const found = `found ${binders} extenders implementing bind`;
    yield at(['extenders'], path => invalid(path, found, 'only one extender can implement bind'));
  }
}
