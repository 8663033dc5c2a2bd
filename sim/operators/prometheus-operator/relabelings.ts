/** Rules for labels as the configuration of Prometheus has them. @upstream prometheus-operator v0.93 pkg/prometheus/promcfg.go */
import type { LabelSelector } from '../../api/kinds/meta.js';
import type { RelabelConfig } from './types.js';

/** A mapping of the configuration: its fields keep their order. */
export type Fields = Readonly<Record<string, unknown>>;

/** `app.kubernetes.io/name` as a part of a label's name. */
export function sanitized(name: string): string {
  return name.replaceAll(/[^a-zA-Z0-9_]/g, '_');
}

/** Whose labels a monitor selects by. */
export type Labelled = 'service' | 'pod';

/** Keeps what the selector selects. */
export function selectorRules(of: Labelled, selector: LabelSelector): readonly Fields[] {
  const label = (key: string): readonly string[] => [
    `__meta_kubernetes_${of}_label_${sanitized(key)}`,
    `__meta_kubernetes_${of}_labelpresent_${sanitized(key)}`,
  ];
  const rule = (action: 'keep' | 'drop', sources: readonly string[], regex: string): Fields => ({
    action,
    source_labels: sources,
    regex,
  });
  const equal = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return [
    ...equal.map(([key, value]) => rule('keep', label(key), `(${value});true`)),
    ...(selector.matchExpressions ?? []).flatMap(({ key, operator, values = [] }) => {
      const both = label(key);
      const any = `(${values.join('|')});true`;
      if (operator === 'In') return [rule('keep', both, any)];
      if (operator === 'NotIn') return [rule('drop', both, any)];
      return [rule(operator === 'Exists' ? 'keep' : 'drop', both.slice(1), 'true')];
    }),
  ];
}

/** Copies a label that was found. */
export function copied(source: string, target: string): Fields {
  return { source_labels: [source], target_label: target };
}

/** The same where it is not empty. */
export function copiedIfThere(source: string, target: string): Fields {
  return { ...copied(source, target), regex: '(.+)', replacement: '${1}' };
}

/** The rules that monitors have of their users. */
export function userRules(rules: readonly RelabelConfig[] = []): readonly Fields[] {
  return rules.map(rule => {
    const { sourceLabels = [], separator, targetLabel = '', regex = '' } = rule;
    const { modulus = 0, replacement, action = '' } = rule;
    return {
      ...(sourceLabels.length > 0 && { source_labels: sourceLabels }),
      ...(separator !== undefined && { separator }),
      ...(targetLabel !== '' && { target_label: targetLabel }),
      ...(regex !== '' && { regex }),
      ...(modulus !== 0 && { modulus }),
      ...(replacement !== undefined && { replacement }),
      ...(action !== '' && { action: action.toLowerCase() }),
    };
  });
}

/** Keeps the targets of a shard: the reloader puts its number in. */
export function shardRules(shards: number): readonly Fields[] {
  const hash = '__tmp_hash';
  return [
    {
      source_labels: ['__address__', hash],
      target_label: hash,
      regex: '(.+);',
      replacement: '$1',
      action: 'replace',
    },
    { source_labels: [hash], target_label: hash, modulus: shards, action: 'hashmod' },
    {
      source_labels: [hash, '__tmp_disable_sharding'],
      regex: '$(SHARD);|.+;.+',
      action: 'keep',
    },
  ];
}
