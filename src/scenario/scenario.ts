/** A scenario as it is loaded from its file. */
import { existsSync, readdirSync, statSync } from 'node:fs';
import type { LawSettings } from '../laws/law.js';
import { lawSettings, lawsNamed } from './judge-step.js';
import { basename, dirname, join } from 'node:path';
import { autoscalerAt, type AutoscalerConfig } from '../gpu/autoscaler-config.js';
import { faultOf } from '../backends/fault-input.js';
import type { TieRule } from '../../sim/scheduler/ties.js';
import { atField } from '../input/at-field.js';
import { exitCodes, InputError, UserError } from '../input/errors.js';
import { readInput, type Located } from '../input/located.js';
import { checkSchema } from '../input/schema.js';
import { singleDocument } from '../input/single-document.js';
import type { Happening } from './happening.js';
import { scenarioSchema, stepActions } from './schema.js';
import { checkInputs } from './step-inputs.js';
import { checkVariants } from './variants.js';

/** Which objects a step is about. */
export interface Reference {
  readonly apiVersion?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly selector?: string;
}

/** What the objects of a step must be like. */
export interface Demands extends Reference {
  readonly condition?: string;
  readonly match?: Readonly<Record<string, unknown>>;
  readonly count?: number;
  readonly absent?: boolean;
}

/** One step: exactly one of its actions is set. */
export interface Step {
  readonly name?: string;
  readonly apply?: {
    readonly files: readonly string[];
    readonly expect?: { readonly status?: number; readonly message?: string };
  };
  readonly restore?: {
    readonly files: readonly string[];
    readonly state?: string;
    readonly events?: string;
    readonly at?: string;
  };
  readonly replay?: { readonly file: string; readonly until?: string };
  readonly delete?: Reference;
  readonly wait?: Demands & { readonly within?: string };
  readonly expect?: Demands;
  readonly log?: {
    readonly namespace?: string;
    readonly pod: string;
    readonly container?: string;
    readonly contains: string;
    readonly within?: string;
  };
  readonly alert?: {
    readonly name: string;
    readonly receiver: string;
    readonly state?: 'firing' | 'resolved';
    readonly namespace?: string;
    readonly within?: string;
  };
  readonly advance?: string;
  readonly traffic?: { readonly for: string; readonly every?: string };
  readonly event?: Happening;
  readonly judge?: { readonly laws?: readonly string[] };
  /** The variants in which the step is left out. */
  readonly except?: readonly string[];
  /** The variants in which alone it is taken. */
  readonly only?: readonly string[];
  readonly fault?: {
    readonly gpu?: {
      readonly node?: string;
      readonly index?: number;
      readonly pod?: string;
      readonly namespace?: string;
      readonly xid?: number;
    };
    readonly nodeDown?: string;
    readonly nodeUp?: string;
    readonly crash?: { readonly process: string; readonly for?: string };
  };
}

/** Which containers a workload plays, by its name and with its settings. */
export interface WorkloadChoice {
  readonly image?: string;
  readonly container?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly workload: string;
  readonly parameters?: Readonly<Record<string, unknown>>;
}

/** A way to run a scenario that differs from it only in data. */
export interface Variant {
  readonly name: string;
  readonly description?: string;
  readonly without?: readonly string[];
  readonly replace?: Readonly<Record<string, string>>;
}

/** A scenario. */
export interface Scenario {
  readonly file: string;
  readonly folder: string;
  readonly name: string;
  readonly description?: string;
  readonly cluster: {
    readonly config?: string;
    /** Cluster Autoscaler and its node groups. */
    readonly autoscaler?: AutoscalerConfig;
    /** A file of Node objects that are the nodes, instead of those of the configuration. */
    readonly nodes?: string;
    /** Controllers that are not started, by name. */
    readonly withoutControllers?: readonly string[];
    /** What a recorded cluster drew by chance, and what is drawn again. */
    readonly past?: string;
    readonly operators?: readonly string[];
    readonly schedulerConfig?: string;
    readonly schedulerTies?: TieRule;
    readonly gpuMetrics?: boolean;
    readonly start?: string;
    readonly seed?: number;
    readonly interleaving?: number;
    readonly metricsServer?: boolean;
    readonly serviceTraffic?: boolean;
    /** Images on every node; only the simulation has them by themselves. */
    readonly loadedImages?: readonly string[];
  };
  readonly workloads: readonly WorkloadChoice[];
  /** The platform whose programs need models, data and traffic; its settings are its own to read. */
  readonly stack?: { readonly kind: string };
  /** US dollars for an hour of a GPU, by product: they go before those of the table. */
  readonly prices?: Readonly<Record<string, number>>;
  readonly variants: readonly Variant[];
  /** The name of the variant that this is; undefined: the scenario as it stands. */
  readonly variant?: string;
  readonly show: {
    readonly namespaces?: readonly string[];
    readonly logs?: boolean;
    readonly events?: boolean;
  };
  /** Thresholds of laws where they are not to be the defaults. */
  readonly laws: Readonly<Record<string, LawSettings>>;
  readonly steps: readonly Step[];
  /** The file as it was read, for those who refuse a part of it. */
  readonly document: Located;
  /** The line on which a step begins. */
  lineOfStep(index: number): number;
}

interface RawScenario {
  readonly metadata: { readonly name: string };
  readonly spec: {
    readonly description?: string;
    readonly cluster?: Scenario['cluster'];
    readonly workloads?: readonly WorkloadChoice[];
    readonly stack?: Scenario['stack'];
    readonly prices?: Scenario['prices'];
    readonly variants?: readonly Variant[];
    readonly laws?: Readonly<Record<string, LawSettings>>;
    readonly show?: Scenario['show'];
    readonly steps: readonly Step[];
  };
}

/** The file's name in a scenario's folder. */
const fileName = 'scenario.yaml';

/** The scenario files at a path: the file itself, or every scenario.yaml below the folder, in order; not those of packages. */
export function findScenarios(path: string): string[] {
  if (!existsSync(path)) {
    throw new UserError(`no such file or folder: ${path}`, {
      exitCode: exitCodes.usage,
      code: 'no-such-file',
      next: 'give a scenario file, or a folder that holds a scenario.yaml',
    });
  }
  if (statSync(path).isFile()) return [path];
  return readdirSync(path)
    .filter(name => name !== 'node_modules' && !name.startsWith('.'))
    .sort()
    .flatMap(name => {
      const below = join(path, name);
      if (statSync(below).isDirectory()) return findScenarios(below);
      return name === fileName ? [below] : [];
    });
}

/**
 * Loads a scenario.
 *
 * @throws InputError with the line of what is wrong.
 */
export function loadScenario(file: string): Scenario {
  const document = singleDocument(readInput(file), file, {
    ifEmpty: 'write a scenario into it: apiVersion, kind, metadata and spec',
  });
  checkSchema(document, scenarioSchema);
  const { metadata, spec } = document.value as RawScenario;
  spec.steps.forEach((step, index) => checkStep(document, step, index));
  checkVariants(document, spec.variants ?? [], spec.steps);
  checkTraffic(document, spec.stack !== undefined, spec.steps);
  const folder = dirname(file);
  checkInputs(document, folder, spec);
  if (spec.cluster?.autoscaler !== undefined) {
    autoscalerAt(document, ['spec', 'cluster', 'autoscaler']);
  }
  return {
    file,
    folder,
    name: metadata.name === '' ? basename(folder) : metadata.name,
    ...(spec.description !== undefined && { description: spec.description }),
    cluster: {
      ...spec.cluster,
      ...(spec.cluster?.config !== undefined && { config: join(folder, spec.cluster.config) }),
      ...(spec.cluster?.nodes !== undefined && { nodes: join(folder, spec.cluster.nodes) }),
      ...(spec.cluster?.past !== undefined && { past: join(folder, spec.cluster.past) }),
      ...(spec.cluster?.schedulerConfig !== undefined && {
        schedulerConfig: join(folder, spec.cluster.schedulerConfig),
      }),
    },
    workloads: spec.workloads ?? [],
    ...(spec.stack !== undefined && { stack: spec.stack }),
    ...(spec.prices !== undefined && { prices: spec.prices }),
    variants: spec.variants ?? [],
    show: spec.show ?? {},
    laws: checkedLaws(document, spec.laws ?? {}),
    steps: spec.steps,
    document,
    lineOfStep: index => document.lineOf(['spec', 'steps', index]),
  };
}

function checkedLaws(
  document: Located,
  settings: Readonly<Record<string, LawSettings>>,
): Readonly<Record<string, LawSettings>> {
  for (const [name, given] of Object.entries(settings)) {
    atField(document, ['spec', 'laws', name], () => lawSettings({ [name]: given }));
  }
  return settings;
}

function checkStep(document: Located, step: Step, index: number): void {
  const path = ['spec', 'steps', index];
  const { event } = step;
  if (event?.kind === 'fault') {
    atField(document, [...path, 'event', 'fault'], () => faultOf(event.fault));
  }
  step.judge?.laws?.forEach((name, place) => {
    atField(document, [...path, 'judge', 'laws', place], () => lawsNamed([name]));
  });
  const actions = stepActions.filter(action => step[action] !== undefined);
  if (actions.length === 1) return;
  const place = {
    file: document.file,
    line: document.lineOf(path),
    field: `spec.steps[${index}]`,
  };
  if (actions.length === 0) {
    throw new InputError(place, 'does nothing', `give it one of ${stepActions.join(', ')}`);
  }
  const next = `make it ${actions.length} steps, each after a "- " of its own`;
  throw new InputError(place, `does ${actions.join(' and ')}`, next);
}

function checkTraffic(document: Located, hasStack: boolean, steps: readonly Step[]): void {
  const index = steps.findIndex(({ traffic }) => traffic !== undefined);
  if (index < 0 || hasStack) return;
  const path = ['spec', 'steps', index, 'traffic'];
  throw new InputError(
    { file: document.file, line: document.lineOf(path), field: `spec.steps[${index}].traffic` },
    'there is nobody to send traffic',
    'name a stack in spec.stack: {kind: fraud}',
  );
}
