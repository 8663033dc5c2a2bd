/**
 * Which monitors and rules a Prometheus selects, and which of them it takes.
 * @upstream prometheus-operator v0.93 pkg/prometheus/{resource_selector,validation/validator}.go, pkg/operator/rules.go
 */
import { namespaces } from '../../api/kinds/core.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import type { HasMetadata, Kind } from '../../api/object.js';
import { selectorFromObject, selectorOf } from '../../api/selectors.js';
import type { View } from '../../client/contract.js';
import { relabelRule } from '../../metrics/prometheus/relabel.js';
import { durationOf } from '../../metrics/promql/go-text.js';
import { ruleErrors } from './rule-validator.js';
import type {
  MonitorEndpoint,
  MonitorSpec,
  Prometheus,
  PrometheusRule,
  RelabelConfig,
} from './types.js';

/** What was selected: all, and what is wrong with some. */
export interface Selection<T> {
  readonly valid: readonly T[];
  readonly refused: readonly { readonly object: T; readonly error: string }[];
}

/** A kind, and how objects of it are selected. */
export interface Selecting<T extends HasMetadata> {
  readonly kind: Kind<T>;
  /** Undefined selects nothing, an empty one all. */
  readonly labels: LabelSelector | undefined;
  /** Undefined: the namespace of who selects. */
  readonly namespaces: LabelSelector | undefined;
  /** What is wrong with an object; undefined: nothing. */
  check(object: T): string | undefined;
}

/** Selects, in the order of namespaces and names. */
export function selected<T extends HasMetadata>(
  view: View,
  owner: HasMetadata,
  how: Selecting<T>,
): Selection<T> {
  if (how.labels === undefined) return { valid: [], refused: [] };
  const labels = selectorOf(how.labels);
  const found = namespacesOf(view, owner, how.namespaces).flatMap(namespace =>
    view.list(how.kind, namespace).filter(({ metadata }) => labels.matches(metadata.labels ?? {})),
  );
  const judged = found.map(object => ({ object, error: how.check(object) }));
  return {
    valid: judged.flatMap(({ object, error }) => (error === undefined ? [object] : [])),
    refused: judged.flatMap(({ object, error }) =>
      error === undefined ? [] : [{ object, error }],
    ),
  };
}

function namespacesOf(
  view: View,
  { metadata }: HasMetadata,
  selector: LabelSelector | undefined,
): readonly string[] {
  if (selector === undefined) return [metadata.namespace ?? ''];
  const wanted = selectorOf(selector);
  return view
    .list(namespaces)
    .filter(namespace => wanted.matches(namespace.metadata.labels ?? {}))
    .map(namespace => namespace.metadata.name ?? '')
    .sort();
}

/** What is wrong with a monitor for this Prometheus. */
export function monitorError(
  { spec: { scrapeInterval = '30s', arbitraryFSAccessThroughSMs, scrapeClasses = [] } }: Prometheus,
  spec: MonitorSpec,
  endpoints: { readonly word: string; readonly all: readonly MonitorEndpoint[] },
): string | undefined {
  const parsed = selectorFromObject(spec.selector);
  if (!parsed.isOk) return parsed.error;
  const denies = arbitraryFSAccessThroughSMs?.deny === true;
  for (const [index, endpoint] of endpoints.all.entries()) {
    const error =
      (denies ? fileError(endpoint) : undefined) ??
      timeoutError(endpoint, scrapeInterval) ??
      relabelError('relabelConfigs', endpoint.relabelings) ??
      relabelError('metricRelabelConfigs', endpoint.metricRelabelings);
    if (error !== undefined) return `${endpoints.word}[${index}]: ${error}`;
  }
  const { scrapeClass = '' } = spec;
  const isKnown = scrapeClasses.some(
    each => (each as { readonly name?: string }).name === scrapeClass,
  );
  return scrapeClass === '' || isKnown
    ? undefined
    : `scrapeClassName: scrapeClass ${JSON.stringify(scrapeClass)} not found in Prometheus scrapeClasses`;
}

function fileError({ bearerTokenFile = '', tlsConfig = {} }: MonitorEndpoint): string | undefined {
  const what =
    bearerTokenFile === ''
      ? ['caFile', 'certFile', 'keyFile'].some(field => (tlsConfig[field] ?? '') !== '')
        ? 'tls config'
        : undefined
      : 'bearer token file';
  if (what === undefined) return undefined;
  return `it accesses file system via ${what} which Prometheus specification prohibits`;
}

function timeoutError(endpoint: MonitorEndpoint, usual: string): string | undefined {
  const { interval = '', scrapeTimeout: timeout = '' } = endpoint;
  const every = interval === '' ? usual : interval;
  if (timeout === '' || (durationOf(timeout) ?? 0) <= (durationOf(every) ?? 0)) return undefined;
  return `scrapeTimeout "${timeout}" greater than scrapeInterval "${every}"`;
}

function relabelError(what: string, rules: readonly RelabelConfig[] = []): string | undefined {
  for (const [index, rule] of rules.entries()) {
    const error = ruleError(rule);
    if (error !== undefined) return `${what}: [${index}]: ${error}`;
  }
  return undefined;
}

const needTarget = new Set([
  'replace',
  'hashmod',
  'lowercase',
  'uppercase',
  'keepequal',
  'dropequal',
]);

function ruleError(rule: RelabelConfig): string | undefined {
  const {
    action: told = 'replace',
    regex,
    modulus = 0,
    targetLabel = '',
    sourceLabels = [],
  } = rule;
  const action = told.toLowerCase();
  try {
    if (regex !== undefined) relabelRule({ regex });
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    return `invalid regex ${regex ?? ''} for relabel configuration: ${why}`;
  }
  if (action === 'hashmod' && modulus === 0) {
    return 'relabel configuration for hashmod requires non-zero modulus';
  }
  if (needTarget.has(action) && targetLabel === '') {
    return `relabel configuration for ${told} action needs targetLabel value`;
  }
  const isByName = action === 'labeldrop' || action === 'labelkeep';
  if (isByName && (sourceLabels.length > 0 || targetLabel !== '')) {
    return `${told} action requires only 'regex', and no other fields`;
  }
  return undefined;
}

/** What is wrong with rules. */
export function selectedRuleError(rule: PrometheusRule): string | undefined {
  return ruleErrors(rule).length === 0 ? undefined : 'invalid rule';
}
