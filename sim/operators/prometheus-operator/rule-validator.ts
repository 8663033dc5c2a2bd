/** Refuses rules that Prometheus would not load. @upstream prometheus-operator v0.93 pkg/admission/admission.go, pkg/operator/rules.go ValidateRule */
import { isRecord } from '../../api/equality.js';
import { printYaml } from '../../api/yaml-print.js';
import { readRuleGroups } from '../../metrics/promql/rules/rule.js';
import type { Webhook } from '../admission/webhook.js';
import type { PrometheusRule, RuleGroupSpec } from './types.js';

/** Half of what a Secret may hold. */
const sizeMax = 524_288;

/** The groups as Prometheus takes them: without what only Thanos knows, and without empty lengths. */
export function promGroups({ spec }: PrometheusRule): readonly RuleGroupSpec[] {
  return (spec.groups ?? []).map(group => {
    const { partial_response_strategy: _, interval, rules, ...rest } = group;
    return {
      ...rest,
      ...(interval !== undefined && interval !== '' && { interval }),
      ...(rules !== undefined && {
        rules: rules.map(({ for: length, ...rule }) => ({
          ...rule,
          ...(length !== undefined && length !== '' && { for: length }),
        })),
      }),
    };
  });
}

/** What is wrong with the rules; empty: Prometheus loads them. */
export function ruleErrors(rule: PrometheusRule): readonly string[] {
  const groups = promGroups(rule);
  const { length } = printYaml({ groups });
  if (length > sizeMax) {
    return [
      `the length of rendered Prometheus Rule is ${length} bytes which is above the maximum limit of ${sizeMax} bytes`,
    ];
  }
  const read = readRuleGroups(groups);
  return 'problems' in read ? read.problems.map(({ place, error }) => `${place}: ${error}`) : [];
}

/**
 * Judges a PrometheusRule. Upstream says no more than `Rules are not valid`: what is wrong with them stands in
 * the causes, which kubectl does not print for a webhook's answer.
 */
export const validateRule: Webhook = function* ({ object }) {
  const errors = object === undefined ? [] : ruleErrors(object as unknown as PrometheusRule);
  if (errors.length === 0) return { isAllowed: true };
  return { isAllowed: false, message: 'Rules are not valid', code: 422 };
};

/** Marks what has come by, and makes texts of labels and annotations that are none. */
export const mutateRule: Webhook = function* ({ object }) {
  if (object === undefined) return { isAllowed: true };
  const { metadata } = object;
  const annotations = { ...metadata.annotations, 'prometheus-operator-validated': 'true' };
  const spec = withTexts(object['spec']);
  return { isAllowed: true, object: { ...object, metadata: { ...metadata, annotations }, spec } };
};

function withTexts(spec: unknown): unknown {
  if (!isRecord(spec) || !Array.isArray(spec['groups'])) return spec;
  const groups = spec['groups'].map((group: unknown) => {
    if (!isRecord(group) || !Array.isArray(group['rules'])) return group;
    return { ...group, rules: group['rules'].map(ruleWithTexts) };
  });
  return { ...spec, groups };
}

function ruleWithTexts(rule: unknown): unknown {
  if (!isRecord(rule)) return rule;
  const texts = (['labels', 'annotations'] as const).flatMap(field => {
    const values = rule[field];
    if (!isRecord(values)) return [];
    const own = Object.entries(values).map(([name, value]) => [
      name,
      typeof value === 'number' || typeof value === 'boolean' ? String(value) : value,
    ]);
    return [[field, Object.fromEntries(own)] as const];
  });
  return { ...rule, ...Object.fromEntries(texts) };
}
