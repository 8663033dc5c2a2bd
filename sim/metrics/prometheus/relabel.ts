/** Rules that change labels, or drop what has them. @upstream model/relabel/relabel.go */
import type { RE2JS } from 're2js';
import { md5 } from '../../engine/md5.js';
import { wholePattern } from '../promql/matcher.js';

/** What a rule does. */
export type RelabelAction =
  | 'replace'
  | 'keep'
  | 'drop'
  | 'keepequal'
  | 'dropequal'
  | 'labelmap'
  | 'labeldrop'
  | 'labelkeep'
  | 'lowercase'
  | 'uppercase'
  | 'hashmod';

/** All actions. */
export const relabelActions: readonly RelabelAction[] = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
  'hashmod',
];

/** A rule as the configuration has it. */
export interface WrittenRelabelRule {
  readonly source_labels?: readonly string[];
  readonly separator?: string;
  readonly target_label?: string;
  readonly regex?: string;
  readonly modulus?: number;
  readonly replacement?: string;
  readonly action?: string;
}

/** A rule that can be applied. */
export interface RelabelRule {
  readonly action: RelabelAction;
  readonly sources: readonly string[];
  readonly separator: string;
  readonly target: string;
  readonly pattern: RE2JS;
  readonly replacement: string;
  /** Of hashmod. */
  readonly modulus: number;
}

/** Labels while they are changed: an empty value is no label. */
export type LabelMap = Map<string, string>;

/**
 * Reads a rule with upstream's defaults.
 *
 * @throws Error for an action that there is not, and for a regular expression that RE2 does not take.
 */
export function relabelRule(written: WrittenRelabelRule): RelabelRule {
  const { source_labels: sources = [], separator = ';', target_label: target = '' } = written;
  const { regex = '(.*)', replacement = '$1' } = written;
  const name = (written.action ?? 'replace').toLowerCase();
  const action = relabelActions.find(known => known === name);
  if (action === undefined) throw new Error(`unknown relabel action "${name}"`);
  const { modulus = 0 } = written;
  if (action === 'hashmod' && modulus === 0) {
    throw new Error('relabel configuration for hashmod requires non-zero modulus');
  }
  const pattern = wholePattern(regex);
  return { action, sources, separator, target, pattern, replacement, modulus };
}

/** Applies the rules in their order, in place; false: what has these labels is dropped. */
export function relabel(labels: LabelMap, rules: readonly RelabelRule[]): boolean {
  return rules.every(rule => apply(labels, rule));
}

function apply(labels: LabelMap, rule: RelabelRule): boolean {
  const { action, sources, separator, target, pattern } = rule;
  const value = sources.map(name => labels.get(name) ?? '').join(separator);
  switch (action) {
    case 'keep':
      return pattern.matcher(value).matches();
    case 'drop':
      return !pattern.matcher(value).matches();
    case 'keepequal':
      return (labels.get(target) ?? '') === value;
    case 'dropequal':
      return (labels.get(target) ?? '') !== value;
    case 'replace':
      replace(labels, rule, value);
      return true;
    case 'lowercase':
      put(labels, target, value.toLowerCase());
      return true;
    case 'uppercase':
      put(labels, target, value.toUpperCase());
      return true;
    case 'hashmod':
      put(labels, target, String(hashMod(value, rule.modulus)));
      return true;
    case 'labelmap':
      for (const [name, own] of Array.from(labels)) {
        const found = expanded(rule, name, rule.replacement);
        if (found !== undefined) put(labels, found, own);
      }
      return true;
    case 'labeldrop':
    case 'labelkeep':
      for (const name of Array.from(labels.keys())) {
        if (pattern.matcher(name).matches() === (action === 'labeldrop')) labels.delete(name);
      }
      return true;
  }
}

/** The last half of the digest as a number, by the modulus: what shards are told apart by. */
function hashMod(value: string, modulus: number): number {
  if (modulus === 1) return 0;
  const half = 16;
  return Number(BigInt(`0x${md5(value).slice(half)}`) % BigInt(modulus));
}

const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

function replace(labels: LabelMap, rule: RelabelRule, value: string): void {
  const target = expanded(rule, value, rule.target);
  // What does not match leaves all as it was, and so does a target that is no name of a label.
  if (target === undefined || !labelName.test(target)) return;
  put(labels, target, expanded(rule, value, rule.replacement) ?? '');
}

function put(labels: LabelMap, name: string, value: string): void {
  if (value === '') labels.delete(name);
  else labels.set(name, value);
}

/** A template with the groups of a match in it; undefined: the value does not match. */
function expanded({ pattern }: RelabelRule, value: string, template: string): string | undefined {
  const matcher = pattern.matcher(value);
  if (!matcher.matches()) return undefined;
  const group = (name: string): string => {
    if (!/^\d+$/.test(name)) return groupNamed(name);
    return Number(name) <= matcher.groupCount() ? (matcher.group(Number(name)) ?? '') : '';
  };
  const groupNamed = (name: string): string => {
    try {
      return matcher.group(name) ?? '';
    } catch {
      // RE2 throws for a group that the pattern does not have: upstream puts nothing there.
      return '';
    }
  };
  return template.replaceAll(/\$(?:\$|(\w+)|\{(\w+)\})/g, (_, plain?: string, braced?: string) => {
    const name = plain ?? braced;
    return name === undefined ? '$' : group(name);
  });
}
