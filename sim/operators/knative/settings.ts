/**
 * What Knative's ConfigMaps say, with what they say by default. Each is read anew for each pass.
 * @upstream knative/serving v1.22.1 pkg/apis/config, pkg/autoscaler/config, pkg/deployment, pkg/gc, pkg/reconciler/route/config, knative/networking pkg/config
 */
import type { ConfigMap } from '../../api/kinds/core.js';
import { configMaps } from '../../api/kinds/core.js';
import { parseDuration } from '../../api/duration.js';
import { parseYamlBody } from '../../api/yaml.js';
import type { Reconciliation, View } from '../../client/contract.js';
import { call, list } from '../../client/requests.js';
import { classes, keys, systemNamespace } from './keys.js';

type Texts = Readonly<Record<string, string>>;

/** The side-car's image by default: the one that is released with Knative. */
export const queueImage = 'gcr.io/knative-releases/knative.dev/serving/cmd/queue:v1.22.1';
const nanosecondsPerMs = 1e6;
/** What turns a rule of garbage collection off. */
const never = -1;

/** How autoscaling is set, where a revision does not say it. */
export interface AutoscalerSettings {
  readonly class: string;
  readonly allowZeroInitialScale: boolean;
  readonly initialScale: number;
  readonly minScale: number;
  readonly maxScale: number;
  readonly maxScaleLimit: number;
  readonly concurrencyTarget: number;
  readonly concurrencyFraction: number;
  readonly rpsTarget: number;
  readonly targetBurstCapacity: number;
  readonly activatorCapacity: number;
  readonly maxScaleUpRate: number;
  readonly maxScaleDownRate: number;
  readonly panicWindowPercentage: number;
  readonly panicThresholdPercentage: number;
  readonly stableWindowMs: number;
  readonly scaleDownDelayMs: number;
  readonly enablesScaleToZero: boolean;
  readonly scaleToZeroGraceMs: number;
  readonly podRetentionMs: number;
}

/** What a revision is filled in with. */
export interface DefaultSettings {
  readonly timeoutSeconds: number;
  readonly timeoutSecondsMax: number;
  readonly responseStartTimeoutSeconds: number;
  readonly idleTimeoutSeconds: number;
  readonly containerConcurrency: number;
  readonly containerConcurrencyMax: number;
  readonly allowsUnlimitedConcurrency: boolean;
  readonly enableServiceLinks: boolean | undefined;
  readonly requests: Texts;
  readonly limits: Texts;
}

/** When revisions that get no traffic go; -1: not for that reason. */
export interface GcSettings {
  readonly sinceCreateMs: number;
  readonly sinceActiveMs: number;
  readonly leastNonActive: number;
  readonly mostNonActive: number;
}

/** A domain, and which routes are in it. */
export interface DomainSettings {
  readonly domain: string;
  readonly labels: Texts;
}

/** All of them. */
export interface KnativeSettings {
  readonly autoscaler: AutoscalerSettings;
  readonly defaults: DefaultSettings;
  readonly gc: GcSettings;
  readonly deployment: {
    readonly queueImage: string;
    readonly progressDeadlineMs: number;
    readonly requests: Texts;
    readonly limits: Texts;
    readonly skipsTagResolving: readonly string[];
  };
  readonly network: { readonly ingressClass: string; readonly scheme: string };
  readonly domains: readonly DomainSettings[];
  readonly features: Texts;
}

/** Read from the cache. */
export function settingsOf(view: View): KnativeSettings {
  return settingsFrom(view.list(configMaps, systemNamespace));
}

/** Read from the server, by webhooks; a message: it could not be. */
export function* readSettings(): Reconciliation<KnativeSettings | string> {
  const answer = yield* call(list(configMaps, systemNamespace));
  return answer.isOk ? settingsFrom(answer.object.items) : answer.message;
}

/** What these say. */
export function settingsFrom(maps: readonly ConfigMap[]): KnativeSettings {
  const reader = (name: string): Reader =>
    new Reader(maps.find(({ metadata }) => metadata.name === `config-${name}`)?.data ?? {});
  const network = reader('network');
  return {
    autoscaler: autoscalerFrom(reader('autoscaler')),
    defaults: defaultsFrom(reader('defaults')),
    gc: gcFrom(reader('gc')),
    deployment: deploymentFrom(reader('deployment')),
    network: {
      ingressClass: network.text('ingress-class', 'istio.ingress.networking.knative.dev'),
      scheme: network.text('default-external-scheme', 'http'),
    },
    domains: domainsFrom(reader('domain').data),
    features: reader('features').data,
  };
}

/** Reads one ConfigMap's data. What cannot be read counts as not said, as the webhook refuses it upstream. */
class Reader {
  constructor(readonly data: Texts) {}

  text(key: string, byDefault: string): string {
    return this.data[key] ?? byDefault;
  }

  number(key: string, byDefault: number): number {
    const value = Number(this.data[key] ?? byDefault);
    return Number.isFinite(value) ? value : byDefault;
  }

  flag(key: string, byDefault: boolean): boolean {
    const text = this.data[key];
    return text === undefined ? byDefault : /^true$/i.test(text);
  }

  durationMs(key: string, byDefaultMs: number): number {
    const text = this.data[key];
    if (text === undefined) return byDefaultMs;
    const parsed = parseDuration(text);
    return parsed.isOk ? parsed.value / nanosecondsPerMs : byDefaultMs;
  }

  /** -1: disabled. */
  limit(key: string, read: (reader: Reader) => number): number {
    return this.data[key] === 'disabled' ? never : read(this);
  }

  amounts(prefix: string, suffix: 'request' | 'limit', byDefault: Texts = {}): Texts {
    const given = ['cpu', 'memory', 'ephemeral-storage'].flatMap(resource => {
      const key = `${prefix}${resource}-${suffix}`;
      const value = this.data[key] ?? this.data[camel(key)] ?? byDefault[resource];
      return value === undefined ? [] : [[resource, value] as const];
    });
    return Object.fromEntries(given);
  }
}

function camel(key: string): string {
  return key.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function autoscalerFrom(reader: Reader): AutoscalerSettings {
  const fraction = reader.number('container-concurrency-target-percentage', 70);
  return {
    class: reader.text('pod-autoscaler-class', classes.kpa),
    allowZeroInitialScale: reader.flag('allow-zero-initial-scale', false),
    initialScale: reader.number('initial-scale', 1),
    minScale: reader.number('min-scale', 0),
    maxScale: reader.number('max-scale', 0),
    maxScaleLimit: reader.number('max-scale-limit', 0),
    concurrencyTarget: reader.number('container-concurrency-target-default', 100),
    concurrencyFraction: fraction > 1 ? fraction / 100 : fraction,
    rpsTarget: reader.number('requests-per-second-target-default', 200),
    targetBurstCapacity: reader.number('target-burst-capacity', 211),
    activatorCapacity: reader.number('activator-capacity', 100),
    maxScaleUpRate: reader.number('max-scale-up-rate', 1000),
    maxScaleDownRate: reader.number('max-scale-down-rate', 2),
    panicWindowPercentage: reader.number('panic-window-percentage', 10),
    panicThresholdPercentage: reader.number('panic-threshold-percentage', 200),
    stableWindowMs: reader.durationMs('stable-window', 60_000),
    scaleDownDelayMs: reader.durationMs('scale-down-delay', 0),
    enablesScaleToZero: reader.flag('enable-scale-to-zero', true),
    scaleToZeroGraceMs: reader.durationMs('scale-to-zero-grace-period', 30_000),
    podRetentionMs: reader.durationMs('scale-to-zero-pod-retention-period', 0),
  };
}

function defaultsFrom(reader: Reader): DefaultSettings {
  const links = reader.text('enable-service-links', 'false');
  return {
    timeoutSeconds: reader.number('revision-timeout-seconds', 300),
    timeoutSecondsMax: reader.number('max-revision-timeout-seconds', 600),
    responseStartTimeoutSeconds: reader.number('revision-response-start-timeout-seconds', 300),
    idleTimeoutSeconds: reader.number('revision-idle-timeout-seconds', 0),
    containerConcurrency: reader.number('container-concurrency', 0),
    containerConcurrencyMax: reader.number('container-concurrency-max-limit', 1000),
    allowsUnlimitedConcurrency: reader.flag('allow-container-concurrency-zero', true),
    enableServiceLinks: links === 'default' ? undefined : /^true$/i.test(links),
    requests: reader.amounts('revision-', 'request'),
    limits: reader.amounts('revision-', 'limit'),
  };
}

function gcFrom(reader: Reader): GcSettings {
  const hour = 3_600_000;
  return {
    sinceCreateMs: reader.limit('retain-since-create-time', one =>
      one.durationMs('retain-since-create-time', 48 * hour),
    ),
    sinceActiveMs: reader.limit('retain-since-last-active-time', one =>
      one.durationMs('retain-since-last-active-time', 15 * hour),
    ),
    leastNonActive: reader.number('min-non-active-revisions', 20),
    mostNonActive: reader.limit('max-non-active-revisions', one =>
      one.number('max-non-active-revisions', 1000),
    ),
  };
}

function deploymentFrom(reader: Reader): KnativeSettings['deployment'] {
  const skipped = 'registries-skipping-tag-resolving';
  return {
    queueImage: reader.text('queue-sidecar-image', queueImage),
    progressDeadlineMs: reader.durationMs('progress-deadline', 600_000),
    requests: reader.amounts('queue-sidecar-', 'request', { cpu: '25m' }),
    limits: reader.amounts('queue-sidecar-', 'limit'),
    skipsTagResolving: reader.text(skipped, 'kind.local,ko.local,dev.local').split(','),
  };
}

/** The domains, the most particular first; without one for all there is the cluster's own. */
function domainsFrom(data: Texts): readonly DomainSettings[] {
  const domains = Object.entries(data)
    .filter(([domain]) => domain !== '_example')
    .map(([domain, text]) => ({ domain, labels: selectorIn(text) }));
  const isForAll = domains.some(({ labels }) => Object.keys(labels).length === 0);
  const all = isForAll ? domains : [...domains, { domain: 'svc.cluster.local', labels: {} }];
  const weight = ({ labels }: DomainSettings): number => Object.keys(labels).length;
  return all.sort((a, b) => weight(b) - weight(a) || (a.domain < b.domain ? -1 : 1));
}

function selectorIn(text: string): Texts {
  const read = parseYamlBody(text);
  const value = read.isOk ? (read.value.value as { readonly selector?: Texts } | null) : null;
  return value?.selector ?? {};
}

/** The domain of a route with these labels. */
export function domainFor(settings: KnativeSettings, labels: Texts = {}): string {
  if (labels[keys.visibility] === 'cluster-local') return 'svc.cluster.local';
  const found = settings.domains.find(({ labels: wanted }) =>
    Object.entries(wanted).every(([key, value]) => labels[key] === value),
  );
  return found?.domain ?? 'svc.cluster.local';
}
