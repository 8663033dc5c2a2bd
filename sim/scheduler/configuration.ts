/** KubeSchedulerConfiguration: profiles with their plug-ins, weights and arguments. @upstream pkg/scheduler/apis/config */

import type { FeatureGates } from '../api/feature-gates.js';

export type { FeatureGates };

/** The gates as 1.36 has them, where a plug-in looks at one. */
export const defaultFeatureGates: FeatureGates = {
  TaintTolerationComparisonOperators: false,
  DRAExtendedResource: true,
  DRADeviceTaintRules: false,
  GenericWorkload: false,
  GangScheduling: false,
};

/** A plug-in as a profile names it. */
export interface PluginReference {
  readonly name: string;
  readonly weight?: number;
}

/** What a profile enables and disables at one extension point. */
export interface PluginSet {
  readonly enabled?: readonly PluginReference[];
  readonly disabled?: readonly PluginReference[];
}

/** The extension points of a profile, as they are spelled in its document. */
export const extensionPoints = [
  'preEnqueue',
  'queueSort',
  'preFilter',
  'filter',
  'postFilter',
  'preScore',
  'score',
  'reserve',
  'permit',
  'preBind',
  'bind',
  'postBind',
] as const;

/** The name of an extension point. */
export type ExtensionPoint = (typeof extensionPoints)[number];

/** A profile: a scheduler name and what it does differently. */
export interface ProfileDocument {
  readonly schedulerName?: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins?: Readonly<Partial<Record<ExtensionPoint | 'multiPoint', PluginSet>>>;
  readonly pluginConfig?: readonly { readonly name: string; readonly args?: unknown }[];
}

/** A server that takes part in decisions. */
export interface ExtenderDocument {
  readonly urlPrefix?: string;
  readonly filterVerb?: string;
  readonly preemptVerb?: string;
  readonly prioritizeVerb?: string;
  readonly weight?: number;
  readonly bindVerb?: string;
  readonly enableHTTPS?: boolean;
  readonly tlsConfig?: {
    readonly insecure?: boolean;
    readonly serverName?: string;
    /** In base64, as are the others. */
    readonly caData?: string;
    readonly certData?: string;
    readonly keyData?: string;
  };
  readonly httpTimeout?: string;
  readonly nodeCacheCapable?: boolean;
  readonly managedResources?: readonly {
    readonly name?: string;
    readonly ignoredByScheduler?: boolean;
  }[];
  readonly ignorable?: boolean;
}

/** The document that kube-scheduler's `--config` takes. */
export interface ConfigurationDocument {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly percentageOfNodesToScore?: number;
  readonly parallelism?: number;
  readonly podInitialBackoffSeconds?: number;
  readonly podMaxBackoffSeconds?: number;
  readonly extenders?: readonly ExtenderDocument[];
  readonly profiles?: readonly ProfileDocument[];
}

/** A profile with its defaults filled in. */
export interface Profile {
  readonly schedulerName: string;
  readonly percentageOfNodesToScore?: number;
  readonly plugins: Readonly<Record<ExtensionPoint | 'multiPoint', Required<PluginSet>>>;
  readonly args: ReadonlyMap<string, unknown>;
}

/** The configuration with its defaults filled in. */
export interface SchedulerConfiguration {
  /** 0: adaptive. */
  readonly percentageOfNodesToScore: number;
  readonly podInitialBackoffSeconds: number;
  readonly podMaxBackoffSeconds: number;
  readonly profiles: readonly Profile[];
  readonly extenders: readonly ExtenderDocument[];
}

/** @upstream pkg/scheduler/apis/config/v1/default_plugins.go */
const defaultMultiPoint: readonly PluginReference[] = [
  { name: 'SchedulingGates' },
  { name: 'PrioritySort' },
  { name: 'NodeUnschedulable' },
  { name: 'NodeName' },
  { name: 'TaintToleration', weight: 3 },
  { name: 'NodeAffinity', weight: 2 },
  { name: 'NodePorts' },
  { name: 'NodeResourcesFit', weight: 1 },
  { name: 'VolumeRestrictions' },
  { name: 'NodeVolumeLimits' },
  { name: 'VolumeBinding' },
  { name: 'VolumeZone' },
  { name: 'PodTopologySpread', weight: 2 },
  { name: 'InterPodAffinity', weight: 2 },
  { name: 'DynamicResources', weight: 2 },
  { name: 'DefaultPreemption' },
  { name: 'NodeResourcesBalancedAllocation', weight: 1 },
  { name: 'ImageLocality', weight: 1 },
  { name: 'DefaultBinder' },
  { name: 'NodeDeclaredFeatures' },
];

/**
 * Fills in the defaults of a document; absent: the configuration of a scheduler without one. The gate
 * GangScheduling adds its plug-in to every profile.
 */
export function readConfiguration(
  document: ConfigurationDocument = {},
  gates: FeatureGates = defaultFeatureGates,
): SchedulerConfiguration {
  const profiles = document.profiles ?? [{}];
  const isGang = gates['GangScheduling'] === true;
  const multiPoint = isGang
    ? [...defaultMultiPoint, { name: 'GangScheduling' }]
    : defaultMultiPoint;
  return {
    percentageOfNodesToScore: document.percentageOfNodesToScore ?? 0,
    podInitialBackoffSeconds: document.podInitialBackoffSeconds ?? 1,
    podMaxBackoffSeconds: document.podMaxBackoffSeconds ?? 10,
    profiles: profiles.map(profile =>
      withoutManaged(readProfile(profile, multiPoint), document.extenders),
    ),
    extenders: document.extenders ?? [],
  };
}

/** What an extender counts itself NodeResourcesFit leaves alone. @upstream buildExtenders */
function withoutManaged(profile: Profile, extenders: readonly ExtenderDocument[] = []): Profile {
  const ignored = extenders
    .flatMap(({ managedResources = [] }) => managedResources)
    .flatMap(({ name = '', ignoredByScheduler }) => (ignoredByScheduler === true ? [name] : []));
  if (ignored.length === 0) return profile;
  const fit = 'NodeResourcesFit';
  const given = (profile.args.get(fit) ?? {}) as { readonly ignoredResources?: readonly string[] };
  const ignoredResources = [...(given.ignoredResources ?? []), ...ignored];
  const args = new Map(profile.args).set(fit, { ...given, ignoredResources });
  return { ...profile, args };
}

function readProfile(document: ProfileDocument, multiPoint: readonly PluginReference[]): Profile {
  const set = (point: ExtensionPoint): Required<PluginSet> =>
    mergePluginSet({ enabled: [], disabled: [] }, document.plugins?.[point]);
  const { percentageOfNodesToScore } = document;
  return {
    schedulerName: document.schedulerName ?? 'default-scheduler',
    ...(percentageOfNodesToScore !== undefined && { percentageOfNodesToScore }),
    plugins: {
      multiPoint: mergePluginSet(
        { enabled: multiPoint, disabled: [] },
        document.plugins?.multiPoint,
      ),
      preEnqueue: set('preEnqueue'),
      queueSort: set('queueSort'),
      preFilter: set('preFilter'),
      filter: set('filter'),
      postFilter: set('postFilter'),
      preScore: set('preScore'),
      score: set('score'),
      reserve: set('reserve'),
      permit: set('permit'),
      preBind: set('preBind'),
      bind: set('bind'),
      postBind: set('postBind'),
    },
    args: new Map((document.pluginConfig ?? []).map(({ name, args }) => [name, args])),
  };
}

/** @upstream mergePluginSet */
function mergePluginSet(
  defaults: Required<PluginSet>,
  custom: PluginSet | undefined,
): Required<PluginSet> {
  const { enabled = [], disabled = [] } = custom ?? {};
  const isDisabled = new Set([...disabled, ...defaults.disabled].map(({ name }) => name));
  const replaced = new Set<string>();
  const kept = isDisabled.has('*')
    ? []
    : defaults.enabled
        .filter(({ name }) => !isDisabled.has(name))
        .map(reference => {
          const own = enabled.find(({ name }) => name === reference.name);
          if (own !== undefined) replaced.add(own.name);
          return own ?? reference;
        });
  return {
    enabled: [...kept, ...enabled.filter(({ name }) => !replaced.has(name))],
    disabled: [...disabled, ...defaults.disabled],
  };
}
