/** Groups of recording and alerting rules, read from what a rule file or a PrometheusRule has. */
import type { Expression } from '../expression.js';
import { QueryFault } from '../fault.js';
import { durationOf } from '../go-text.js';
import { parseQuery } from '../parse.js';
import { readTemplate, type Template } from '../template/fill-in.js';

/** A rule as it is written. */
export interface WrittenRule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr?: string | number;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A group as it is written. */
export interface WrittenGroup {
  readonly name?: string;
  readonly interval?: string;
  readonly limit?: number;
  readonly query_offset?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly rules?: readonly WrittenRule[];
}

/** Texts with templates in them, by name. */
export type Templates = ReadonlyMap<string, Template>;

/** A rule that can be evaluated. */
export type Rule = {
  readonly name: string;
  readonly text: string;
  readonly expression: Expression;
} & (
  | { readonly kind: 'record'; readonly labels: Readonly<Record<string, string>> }
  | {
      readonly kind: 'alert';
      readonly labels: Templates;
      readonly annotations: Templates;
      readonly forMs: number;
      readonly keepFiringMs: number;
    }
);

/** A group that can be evaluated. */
export interface RuleGroup {
  readonly name: string;
  /** How often; undefined: as often as the server says. */
  readonly intervalMs: number | undefined;
  /** The most series or alerts of a rule; 0: any. */
  readonly limit: number;
  /** It looks at the world as it was so long before. */
  readonly offsetMs: number;
  readonly rules: readonly Rule[];
}

/** What is wrong with rules: each with the place where it stands. */
export interface RuleProblem {
  readonly place: string;
  readonly error: string;
}

/** Reads groups; all that is wrong is told at once, and then no group is given. */
export function readRuleGroups(
  written: readonly WrittenGroup[],
): { readonly groups: readonly RuleGroup[] } | { readonly problems: readonly RuleProblem[] } {
  const reading = new Reading();
  const groups = written.map((group, index) => reading.group(group, index));
  return reading.problems.length > 0 ? { problems: reading.problems } : { groups };
}

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

class Reading {
  readonly problems: RuleProblem[] = [];
  private readonly names = new Set<string>();

  group(written: WrittenGroup, index: number): RuleGroup {
    const { name = '', labels = {}, rules = [], limit = 0 } = written;
    const place = `group ${JSON.stringify(name)}`;
    if (name === '') this.refuse(`group ${index + 1}`, 'Groupname must not be empty');
    if (this.names.has(name)) this.refuse(place, 'groupname is repeated in the same file');
    this.names.add(name);
    return {
      name,
      intervalMs: this.length(place, 'interval', written.interval),
      limit,
      offsetMs: this.length(place, 'query_offset', written.query_offset) ?? 0,
      rules: rules.flatMap((rule, at) => this.rule(place, { rule, at, labels }) ?? []),
    };
  }

  private refuse(place: string, error: string): void {
    this.problems.push({ place, error });
  }

  private rule(
    group: string,
    told: {
      readonly rule: WrittenRule;
      readonly at: number;
      readonly labels: Readonly<Record<string, string>>;
    },
  ): Rule | undefined {
    const { record, alert, expr = '' } = told.rule;
    const name = record ?? alert ?? '';
    const place = `${group}, rule ${told.at + 1}, ${JSON.stringify(name)}`;
    if ((record === undefined) === (alert === undefined)) {
      const problem =
        record === undefined
          ? "one of 'record' or 'alert' must be set"
          : "only one of 'record' and 'alert' must be set";
      this.refuse(place, problem);
      return undefined;
    }
    const text = String(expr);
    const expression = this.expression(place, text);
    if (expression === undefined) return undefined;
    const labels = { ...told.labels, ...told.rule.labels };
    const own = { name, text, expression };
    return record === undefined
      ? { ...own, kind: 'alert', ...this.alert(place, told.rule, labels) }
      : { ...own, kind: 'record', ...this.record(place, told.rule, labels) };
  }

  private expression(place: string, text: string): Expression | undefined {
    if (text === '') {
      this.refuse(place, "field 'expr' must be set in rule");
      return undefined;
    }
    try {
      return parseQuery(text);
    } catch (error) {
      if (!(error instanceof QueryFault)) throw error;
      this.refuse(place, `could not parse expression: ${error.message}`);
      return undefined;
    }
  }

  private record(place: string, rule: WrittenRule, labels: Readonly<Record<string, string>>) {
    for (const field of ['for', 'keep_firing_for', 'annotations'] as const) {
      if (rule[field] !== undefined)
        this.refuse(place, `invalid field '${field}' in recording rule`);
    }
    if (!metricName.test(rule.record ?? ''))
      this.refuse(place, `invalid recording rule name: ${rule.record ?? ''}`);
    this.labelNames(place, labels);
    return { labels };
  }

  private alert(place: string, rule: WrittenRule, labels: Readonly<Record<string, string>>) {
    this.labelNames(place, labels);
    return {
      labels: this.templates(place, 'label', labels),
      annotations: this.templates(place, 'annotation', rule.annotations ?? {}),
      forMs: this.length(place, 'for', rule.for) ?? 0,
      keepFiringMs: this.length(place, 'keep_firing_for', rule.keep_firing_for) ?? 0,
    };
  }

  private labelNames(place: string, labels: Readonly<Record<string, string>>): void {
    for (const name of Object.keys(labels)) {
      if (name === '' || name === '__name__') this.refuse(place, `invalid label name: ${name}`);
    }
  }

  private templates(
    place: string,
    what: string,
    texts: Readonly<Record<string, string>>,
  ): Templates {
    const templates = new Map<string, Template>();
    for (const [name, text] of Object.entries(texts)) {
      const template = readTemplate(String(text));
      if ('error' in template)
        this.refuse(place, `${what} ${JSON.stringify(name)}: ${template.error}`);
      else templates.set(name, template);
    }
    return templates;
  }

  private length(place: string, field: string, text: string | undefined): number | undefined {
    if (text === undefined) return undefined;
    const ms = durationOf(text);
    if (ms === undefined)
      this.refuse(place, `${field}: not a valid duration string: ${JSON.stringify(text)}`);
    return ms;
  }
}
