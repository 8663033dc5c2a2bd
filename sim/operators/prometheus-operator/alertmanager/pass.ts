/** One pass over one Alertmanager. @upstream prometheus-operator v0.93 pkg/alertmanager/operator.go */
import { bytesOfBase64 } from '../../../api/base64.js';
import { textOfBytes } from '../../../api/bytes-text.js';
import { deepEqual } from '../../../api/equality.js';
import { statefulSets, type StatefulSet } from '../../../api/kinds/apps.js';
import { secrets, services } from '../../../api/kinds/core.js';
import { isDeleting } from '../../../api/meta.js';
import { apiVersionOf } from '../../../api/object.js';
import { rfc3339 } from '../../../api/time.js';
import type { Reconciliation, View } from '../../../client/contract.js';
import type { EventToRecord } from '../../../client/event-recorder.js';
import { call, get, patch } from '../../../client/requests.js';
import { fnv32a } from '../../../engine/hash.js';
import { ensure, putSet, type Failure } from '../ensure.js';
import { selected } from '../selection.js';
import { setState, type Reconciled } from '../set-state.js';
import { isUnsettled } from '../status.js';
import {
  baseConfiguration,
  configurationText,
  ConfigurationProblem,
  usualConfiguration,
  withConfigs,
  writtenConfiguration,
  type Configuration,
} from './configuration.js';
import { files, minorOf, selectorLabels, setName } from './names.js';
import { emptySecrets, generatedSecret, governing } from './objects.js';
import type { Values } from './receivers.js';
import { References } from './references.js';
import { statefulSet } from './stateful-set.js';
import { statusOf } from './status.js';
import {
  alertmanagerConfigs,
  alertmanagers,
  type Alertmanager,
  type AlertmanagerConfig,
} from './types.js';
import { configError } from './validation.js';

const fieldManager = 'PrometheusOperator';
const pollMs = 60_000;

/** A configuration and what else the users' Secret holds; or what went wrong. */
type Provision =
  | { readonly text: string; readonly others: Readonly<Record<string, string>> }
  | { readonly error: string };

/** A pass over an Alertmanager that is there to stay. */
export class AlertmanagerPass {
  private readonly name: string;
  private readonly namespace: string;
  /** What its configuration was made from. */
  readonly references = new References();

  constructor(
    private readonly alertmanager: Alertmanager,
    private readonly view: View,
    private readonly means: {
      readonly nowMs: number;
      record(event: EventToRecord): void;
    },
  ) {
    this.name = alertmanager.metadata.name ?? '';
    this.namespace = alertmanager.metadata.namespace ?? '';
  }

  /** Makes all that is of it. */
  *reconcile(): Reconciliation<Reconciled> {
    if (this.alertmanager.spec.paused === true) return {};
    const error = yield* this.make();
    return error === undefined ? {} : { error };
  }

  /** Says how it does. */
  *report(reconciled: Reconciled): Reconciliation {
    const { alertmanager, namespace, name } = this;
    const state = yield* setState(this.view, namespace, setName(name));
    if (state.set !== undefined && isDeleting(state.set)) return undefined;
    const status = statusOf(alertmanager, state, { reconciled, now: rfc3339(this.means.nowMs) });
    const again = isUnsettled(alertmanager, status) ? { requeueAfterMs: pollMs } : undefined;
    if (deepEqual(alertmanager.status, status)) return again;
    const how = { type: 'apply', query: { fieldManager, force: 'true' } } as const;
    const apiVersion = apiVersionOf(alertmanagers);
    const body = { apiVersion, kind: alertmanagers.kind, metadata: { name, namespace }, status };
    const of = { namespace, name, subresource: 'status' };
    const answer = yield* call(patch(alertmanagers, of, how, body));
    return answer.isOk || answer.status === 404 ? again : { retry: answer.message };
  }

  private *make(): Reconciliation<Failure> {
    const { alertmanager } = this;
    const provision = yield* this.provision();
    if ('error' in provision) return `provision alertmanager configuration: ${provision.error}`;
    const generated = generatedSecret(alertmanager, provision.text, provision.others);
    const failure = yield* ensure(secrets, generated);
    if (failure !== undefined) {
      return `provision alertmanager configuration: failed to create or update the generated configuration secret: ${failure}`;
    }
    for (const secret of emptySecrets(alertmanager)) {
      const refused = yield* ensure(secrets, secret);
      if (refused !== undefined) return `failed to reconcile the secrets: ${refused}`;
    }
    return (yield* this.makeService()) ?? (yield* this.makeSet());
  }

  private *provision(): Reconciliation<Provision> {
    const { spec } = this.alertmanager;
    const minor = minorOf(spec);
    if (Number.isNaN(minor) || minor < 15) {
      return { error: `unsupported Alertmanager version "${spec.version ?? ''}"` };
    }
    const { alertmanagerConfigSelector: selector, alertmanagerConfiguration: base } = spec;
    // Without selectors users write the whole configuration.
    if (selector === undefined && base === undefined) return yield* this.written();
    const { configs, values } = yield* this.configs();
    const start = base === undefined ? yield* this.written() : { text: '', others: {} };
    if ('error' in start) return start;
    const globals = yield* this.base();
    if (typeof globals === 'string') return { error: globals };
    try {
      const first = globals ?? writtenConfiguration(start.text);
      return this.merged(first, { configs, values, others: start.others });
    } catch (error) {
      if (!(error instanceof ConfigurationProblem)) throw error;
      return { error: `failed to initialize from secret: ${error.message}` };
    }
  }

  private merged(
    base: Configuration,
    added: {
      readonly configs: readonly AlertmanagerConfig[];
      readonly values: ReadonlyMap<AlertmanagerConfig, Values>;
      readonly others: Readonly<Record<string, string>>;
    },
  ): Provision {
    const { configs, values, others } = added;
    const none: Values = new Map();
    try {
      const whole = withConfigs(base, this.alertmanager, {
        configs,
        valuesOf: config => values.get(config) ?? none,
      });
      return { text: configurationText(whole), others };
    } catch (error) {
      if (!(error instanceof ConfigurationProblem)) throw error;
      return { error: `failed to generate Alertmanager configuration: ${error.message}` };
    }
  }

  /** The users' Secret; what is not there is made up for. */
  private *written(): Reconciliation<Provision> {
    const { configSecret = '' } = this.alertmanager.spec;
    const name = configSecret === '' ? setName(this.name) : configSecret;
    const answer = yield* call(get(secrets, this.namespace, name));
    if (!answer.isOk && answer.status !== 404) {
      return { error: `failed to retrieve configuration from secret: ${answer.message}` };
    }
    const { [files.users]: own = '', ...others } = answer.isOk ? (answer.object.data ?? {}) : {};
    const text = textOfBytes(bytesOfBase64(own));
    return { text: text === '' ? usualConfiguration : text, others };
  }

  /** From the AlertmanagerConfig that is the base, where one is; a text: what went wrong. */
  private *base(): Reconciliation<Configuration | string | undefined> {
    const { alertmanager, namespace } = this;
    const { alertmanagerConfiguration: base } = alertmanager.spec;
    if (base === undefined) return undefined;
    const answer = yield* call(get(alertmanagerConfigs, namespace, base.name ?? ''));
    if (!answer.isOk) return `failed to get global AlertmanagerConfig: ${answer.message}`;
    const config = answer.object;
    const where = 'failed to initialize from global AlertmanagerConfig';
    const error = configError(config);
    if (error !== undefined) return `${where}: ${error}`;
    const own = yield* this.references.ofConfig(config);
    if (typeof own === 'string') return `${where}: ${own}`;
    const global = yield* this.references.valuesOf(namespace, base.global);
    if (typeof global === 'string') return `${where}: ${global}`;
    try {
      return baseConfiguration(alertmanager, config, new Map([...own, ...global]));
    } catch (problem) {
      if (!(problem instanceof ConfigurationProblem)) throw problem;
      return `${where}: ${problem.message}`;
    }
  }

  /** Those that are selected and right; the others get an event. */
  private *configs(): Reconciliation<{
    readonly configs: readonly AlertmanagerConfig[];
    readonly values: ReadonlyMap<AlertmanagerConfig, Values>;
  }> {
    const { alertmanager, view, namespace } = this;
    const { spec } = alertmanager;
    const found = selected(view, alertmanager, {
      kind: alertmanagerConfigs,
      labels: spec.alertmanagerConfigSelector,
      namespaces: spec.alertmanagerConfigNamespaceSelector,
      check: configError,
    });
    const isBase = ({ metadata }: AlertmanagerConfig): boolean =>
      metadata.namespace === namespace && metadata.name === spec.alertmanagerConfiguration?.name;
    for (const { object, error } of found.refused) if (!isBase(object)) this.refuse(object, error);
    const values = new Map<AlertmanagerConfig, Values>();
    for (const config of found.valid) {
      if (isBase(config)) continue;
      const own = yield* this.references.ofConfig(config);
      if (typeof own === 'string') this.refuse(config, own);
      else values.set(config, own);
    }
    return { configs: sorted([...values.keys()]), values };
  }

  private refuse(config: AlertmanagerConfig, error: string): void {
    const { name = '' } = config.metadata;
    const { kind } = alertmanagerConfigs;
    this.means.record({
      regarding: { apiVersion: apiVersionOf(alertmanagerConfigs), ...config, kind },
      type: 'Warning',
      reason: 'InvalidConfiguration',
      message: `AlertmanagerConfig ${name} was rejected due to invalid configuration: ${error}`,
      action: 'SelectingAlertmanagerConfigResources',
      related: this.alertmanager,
    });
  }

  private *makeService(): Reconciliation<Failure> {
    const { namespace, alertmanager } = this;
    const { serviceName } = alertmanager.spec;
    if (serviceName === undefined) {
      const failure = yield* ensure(services, governing(alertmanager));
      return failure === undefined
        ? undefined
        : `synchronizing governing service failed: ${failure}`;
    }
    const where = `custom governing service ${namespace}/${serviceName}`;
    const answer = yield* call(get(services, namespace, serviceName));
    if (!answer.isOk) return `failed to get ${where}: ${answer.message}`;
    const wanted = Object.entries(answer.object.spec?.selector ?? {});
    const labels = selectorLabels(this.name);
    if (wanted.every(([key, value]) => labels[key] === value)) return undefined;
    return `${where} with selector "${shown(wanted)}" does not select pods with labels "${shown(Object.entries(labels))}"`;
  }

  private *makeSet(): Reconciliation<Failure> {
    const { alertmanager } = this;
    const old = this.view.get(statefulSets, this.namespace, setName(this.name));
    if (old !== undefined && isDeleting(old)) return undefined;
    return yield* putSet(statefulSet(alertmanager, this.inputHash(old)), old);
  }

  /** Of all that the set is made from, and of what it is: whoever changes it has it changed back. */
  private inputHash(old: StatefulSet | undefined): string {
    const { labels, annotations, generation } = this.alertmanager.metadata;
    const { revisionHistoryLimit: _, ...spec } = old?.spec ?? {};
    return String(fnv32a(JSON.stringify([labels, annotations, generation, spec])));
  }
}

const shown = (labels: readonly (readonly [string, string])[]): string =>
  labels
    .map(([key, value]) => `${key}=${value}`)
    .sort()
    .join(',');

function sorted(configs: readonly AlertmanagerConfig[]): readonly AlertmanagerConfig[] {
  const key = ({ metadata }: AlertmanagerConfig): string =>
    `${metadata.namespace ?? ''}/${metadata.name ?? ''}`;
  return configs.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}
