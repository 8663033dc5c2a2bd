/** One pass over one Prometheus. @upstream prometheus-operator v0.93 pkg/prometheus/server/operator.go */
import { deepEqual } from '../../api/equality.js';
import { statefulSets, type StatefulSet } from '../../api/kinds/apps.js';
import { configMaps, secrets, services } from '../../api/kinds/core.js';
import { isDeleting } from '../../api/meta.js';
import { apiVersionOf, type HasMetadata } from '../../api/object.js';
import { rfc3339 } from '../../api/time.js';
import { parseYamlBody } from '../../api/yaml.js';
import { bytesOfBase64 } from '../../api/base64.js';
import { textOfBytes } from '../../api/bytes-text.js';
import type { Reconciliation, View } from '../../client/contract.js';
import type { EventToRecord } from '../../client/event-recorder.js';
import { call, get, list, patch, remove } from '../../client/requests.js';
import { fnv32a } from '../../engine/hash.js';
import { configurationText } from './configuration.js';
import { ensure, putSet, removeSet, type Failure } from './ensure.js';
import { keys, setName } from './keys.js';
import {
  configurationSecret,
  emptySecrets,
  governing,
  mountedRuleMaps,
  ruleMaps,
} from './objects.js';
import type { Fields } from './relabelings.js';
import { monitorError, selected, selectedRuleError, type Selecting } from './selection.js';
import { statefulSet } from './stateful-set.js';
import { setState, type Reconciled, type SetState } from './set-state.js';
import { isUnsettled, statusOf } from './status.js';
import {
  podMonitors,
  prometheuses,
  prometheusRules,
  serviceMonitors,
  type PodMonitor,
  type Prometheus,
  type PrometheusRule,
  type ServiceMonitor,
} from './types.js';

const fieldManager = 'PrometheusOperator';
const pollMs = 60_000;
const nothingSelected =
  'No ServiceMonitor, PodMonitor, Probe, ScrapeConfig, and PrometheusRule have been selected.';

interface Resources {
  readonly serviceMonitors: readonly ServiceMonitor[];
  readonly podMonitors: readonly PodMonitor[];
  readonly rules: readonly PrometheusRule[];
  readonly count: number;
}

/** A pass over a Prometheus that is there to stay. */
export class Pass {
  private readonly name: string;
  private readonly namespace: string;

  constructor(
    private readonly prometheus: Prometheus,
    private readonly view: View,
    private readonly means: {
      readonly nowMs: number;
      record(event: EventToRecord): void;
    },
  ) {
    this.name = prometheus.metadata.name ?? '';
    this.namespace = prometheus.metadata.namespace ?? '';
  }

  /** Makes all that is of it. */
  *reconcile(): Reconciliation<Reconciled> {
    if (this.prometheus.spec.paused === true) return {};
    const resources = this.resources();
    const error = yield* this.make(resources);
    if (error !== undefined) return { error };
    return resources.count === 0 ? { reason: 'NoSelectedResources', message: nothingSelected } : {};
  }

  /** Says how it does. */
  *report(reconciled: Reconciled): Reconciliation {
    const { prometheus, namespace, name } = this;
    const shards: SetState[] = [];
    for (const setOf of this.setNames()) shards.push(yield* setState(this.view, namespace, setOf));
    const now = rfc3339(this.means.nowMs);
    const status = statusOf(prometheus, shards, { reconciled, now });
    const again = isUnsettled(prometheus, status) ? { requeueAfterMs: pollMs } : undefined;
    if (deepEqual(prometheus.status, status)) return again;
    const how = { type: 'apply', query: { fieldManager, force: 'true' } } as const;
    const apiVersion = apiVersionOf(prometheuses);
    const body = { apiVersion, kind: prometheuses.kind, metadata: { name, namespace }, status };
    const of = { namespace, name, subresource: 'status' };
    const answer = yield* call(patch(prometheuses, of, how, body));
    return answer.isOk || answer.status === 404 ? again : { retry: answer.message };
  }

  private setNames(): readonly string[] {
    const shards = Math.max(1, this.prometheus.spec.shards ?? 1);
    return Array.from({ length: shards }, (_, shard) => setName(this.name, shard));
  }

  private resources(): Resources {
    const { prometheus } = this;
    const { spec } = prometheus;
    const monitors = this.select('SelectingConfigurationResources', {
      kind: serviceMonitors,
      labels: spec.serviceMonitorSelector,
      namespaces: spec.serviceMonitorNamespaceSelector,
      check: ({ spec: own }) =>
        monitorError(prometheus, own, { word: 'endpoints', all: own.endpoints ?? [] }),
    });
    const ofPods = this.select('SelectingConfigurationResources', {
      kind: podMonitors,
      labels: spec.podMonitorSelector,
      namespaces: spec.podMonitorNamespaceSelector,
      check: ({ spec: own }) =>
        monitorError(prometheus, own, { word: 'endpoint', all: own.podMetricsEndpoints ?? [] }),
    });
    const rules = this.select('SelectingPrometheusRuleResources', {
      kind: prometheusRules,
      labels: spec.ruleSelector,
      namespaces: spec.ruleNamespaceSelector,
      check: selectedRuleError,
    });
    return {
      serviceMonitors: monitors.valid,
      podMonitors: ofPods.valid,
      rules: rules.valid,
      count: monitors.count + ofPods.count + rules.count,
    };
  }

  private select<T extends HasMetadata>(action: string, how: Selecting<T>) {
    const { valid, refused } = selected(this.view, this.prometheus, how);
    for (const { object, error } of refused) {
      const { namespace = '', name = '' } = object.metadata;
      const message =
        how.kind.kind === prometheusRules.kind
          ? `PrometheusRule ${name} was rejected due to invalid configuration: ${error}`
          : `"${namespace}/${name}" was rejected due to invalid configuration: ${error}`;
      this.means.record({
        regarding: { apiVersion: apiVersionOf(how.kind), ...object, kind: how.kind.kind },
        type: 'Warning',
        reason: 'InvalidConfiguration',
        message,
        action,
        related: this.prometheus,
      });
    }
    return { valid, count: valid.length + refused.length };
  }

  private *make(resources: Resources): Reconciliation<Failure> {
    const maps = yield* this.makeRuleMaps(resources.rules);
    if (typeof maps === 'string') return `synchronizing PrometheusRules failed: ${maps}`;
    const failure = yield* this.makeConfiguration(resources, maps);
    if (failure !== undefined) return `creating config failed: ${failure}`;
    for (const secret of emptySecrets(this.prometheus)) {
      const refused = yield* ensure(secrets, secret);
      if (refused !== undefined) return `failed to reconcile the secrets: ${refused}`;
    }
    const refused = yield* this.makeService();
    if (refused !== undefined) return refused;
    return (yield* this.makeSets(maps)) ?? (yield* this.removeSets());
  }

  /** The names that are to be mounted; a text: what went wrong. */
  private *makeRuleMaps(
    rules: readonly PrometheusRule[],
  ): Reconciliation<readonly string[] | string> {
    const { namespace, name, prometheus } = this;
    const labelSelector = `${keys.ruleOwner}=${name}`;
    const answer = yield* call(list(configMaps, namespace, { labelSelector }));
    if (!answer.isOk) return answer.message;
    const wanted = ruleMaps(prometheus, rules);
    for (const map of wanted) {
      const failure = yield* ensure(configMaps, map);
      if (failure !== undefined) return failure;
    }
    const names = new Set(wanted.map(({ metadata }) => metadata.name));
    for (const { metadata } of answer.object.items) {
      if (names.has(metadata.name)) continue;
      const removed = yield* call(remove(configMaps, namespace, metadata.name ?? ''));
      if (!removed.isOk && removed.status !== 404) return removed.message;
    }
    return mountedRuleMaps(name, wanted.length);
  }

  private *makeConfiguration(
    { serviceMonitors: ofServices, podMonitors: ofPods }: Resources,
    maps: readonly string[],
  ): Reconciliation<Failure> {
    const { prometheus, namespace, name } = this;
    if (isUnmanaged(prometheus)) {
      const known = yield* call(get(secrets, namespace, setName(name)));
      if (known.isOk || known.status !== 404) return known.isOk ? undefined : known.message;
      return yield* ensure(secrets, configurationSecret(prometheus, ''));
    }
    const additionalJobs = yield* this.additionalJobs();
    if (typeof additionalJobs === 'string') return additionalJobs;
    const text = configurationText(prometheus, {
      serviceMonitors: ofServices,
      podMonitors: ofPods,
      ruleMaps: maps,
      additionalJobs,
    });
    return yield* ensure(secrets, configurationSecret(prometheus, text));
  }

  private *additionalJobs(): Reconciliation<readonly Fields[] | string> {
    const { additionalScrapeConfigs: wanted } = this.prometheus.spec;
    if (wanted === undefined) return [];
    const { name = '', key, optional = false } = wanted;
    const prefix = 'loading additional scrape configs from Secret failed';
    const answer = yield* call(get(secrets, this.namespace, name));
    if (!answer.isOk) {
      return optional && answer.status === 404 ? [] : `${prefix}: ${answer.message}`;
    }
    const data = answer.object.data?.[key];
    if (data === undefined) {
      return optional ? [] : `${prefix}: key ${key} could not be found in secret ${name}`;
    }
    const parsed = parseYamlBody(textOfBytes(bytesOfBase64(data)));
    if (!parsed.isOk) return `generating config failed: ${parsed.error}`;
    return Array.isArray(parsed.value.value) ? (parsed.value.value as readonly Fields[]) : [];
  }

  private *makeService(): Reconciliation<Failure> {
    const { namespace, prometheus } = this;
    const { serviceName } = prometheus.spec;
    if (serviceName === undefined) {
      const failure = yield* ensure(services, governing(prometheus));
      if (failure === undefined) return undefined;
      return `synchronizing default governing service failed: ${failure}`;
    }
    const answer = yield* call(get(services, namespace, serviceName));
    return answer.isOk
      ? undefined
      : `failed to get custom governing service ${namespace}/${serviceName}: ${answer.message}`;
  }

  private *makeSets(maps: readonly string[]): Reconciliation<Failure> {
    for (const [shard, name] of this.setNames().entries()) {
      const old = this.view.get(statefulSets, this.namespace, name);
      if (old !== undefined && isDeleting(old)) continue;
      const set = statefulSet(this.prometheus, {
        shard,
        ruleMaps: maps,
        inputHash: this.inputHash(maps, old),
      });
      const failure = yield* putSet(set, old);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }

  /** Of all that a set is made from, and of what it is: whoever changes it has it changed back. */
  private inputHash(maps: readonly string[], old: StatefulSet | undefined): string {
    const { labels, annotations, generation } = this.prometheus.metadata;
    const { revisionHistoryLimit: _, ...spec } = old?.spec ?? {};
    return String(fnv32a(JSON.stringify([labels, annotations, generation, spec, maps])));
  }

  private *removeSets(): Reconciliation<Failure> {
    const wanted = new Set(this.setNames());
    for (const { metadata } of this.view.list(statefulSets, this.namespace)) {
      const { name = '', labels = {}, deletionTimestamp } = metadata;
      const isOurs = labels[keys.name] === this.name && labels[keys.mode] === 'server';
      if (!isOurs || wanted.has(name) || deletionTimestamp !== undefined) continue;
      const failure = yield* removeSet(this.namespace, name);
      if (failure !== undefined) return failure;
    }
    return undefined;
  }
}

/** Without selectors users write the configuration themselves. */
function isUnmanaged({ spec }: Prometheus): boolean {
  return (
    spec.serviceMonitorSelector === undefined &&
    spec.podMonitorSelector === undefined &&
    spec.probeSelector === undefined &&
    spec.scrapeConfigSelector === undefined
  );
}
