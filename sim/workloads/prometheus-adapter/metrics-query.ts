/** Makes queries of Prometheus from a rule's template. @upstream pkg/naming/{metrics_query,errors}.go, pkg/client/helpers.go */
import { compareText, goQuote } from '../../api/go-text.js';
import type { Operator, Requirement, Selector } from '../../api/selectors.js';
import type { GroupResource } from '../../api/status.js';
import {
  namespaceResource,
  type ResourceConverter,
  type TextOrError,
} from './resource-converter.js';
import {
  fillTextTemplate,
  readTextTemplate,
  RuleFault,
  type TextTemplate,
} from './text-template.js';

/** What is asked of a series. */
export interface SeriesQuestion {
  readonly series: string;
  /** '' for none. */
  readonly namespace: string;
  readonly selector: Selector;
}

/** The template of a rule. */
export class MetricsQuery {
  private readonly template: TextTemplate;

  /** @throws RuleFault for a template that upstream would not start with. */
  constructor(
    text: string,
    private readonly converter: ResourceConverter,
    private readonly isNamespaced: boolean,
  ) {
    const template = readTextTemplate('metrics-query', text);
    if ('error' in template) {
      throw new RuleFault(
        `unable to parse metrics query template ${goQuote(text)}: ${template.error}`,
      );
    }
    this.template = template;
  }

  /** About objects of a resource, by their names. */
  ofObjects(
    question: SeriesQuestion,
    resource: GroupResource,
    names: readonly string[],
  ): TextOrError {
    const parts = this.partsOf(question, question.namespace !== '');
    if ('error' in parts) return parts;
    const label = this.converter.labelFor(resource);
    if (typeof label !== 'string') return label;
    const value = names.join('|');
    const matcher = matcherText(label, names.length > 1 ? '=~' : '=', value);
    const values = { ...parts.values, [label]: value };
    return this.filled(question.series, [...parts.matchers, matcher], values, [label]);
  }

  /** About no object. */
  ofSeries(question: SeriesQuestion): TextOrError {
    const parts = this.partsOf(question, this.isNamespaced && question.namespace !== '');
    if ('error' in parts) return parts;
    return this.filled(question.series, parts.matchers, parts.values, []);
  }

  private filled(
    series: string,
    matchers: readonly string[],
    values: Readonly<Record<string, string>>,
    groupBy: readonly string[],
  ): TextOrError {
    const text = fillTextTemplate(this.template, {
      Series: series,
      LabelMatchers: matchers.join(','),
      LabelValuesByName: values,
      GroupBy: groupBy.join(','),
      GroupBySlice: groupBy,
    });
    return text === '' ? { error: 'empty query produced by metrics query template' } : text;
  }

  private partsOf({ selector, namespace }: SeriesQuestion, isWithin: boolean): Parts {
    const matchers: string[] = [];
    const values: Record<string, string> = {};
    const requirements: Requirement[] = [...selector.requirements];
    if (isWithin) {
      const key = this.converter.labelFor(namespaceResource);
      if (typeof key !== 'string') return key;
      requirements.push({ key, operator: '=', values: [namespace] });
    }
    for (const { key, operator, values: wanted } of requirements) {
      const sorted = wanted.toSorted(compareText);
      const sign = signOf(operator, sorted.length);
      if (sign === undefined) return { error: 'operator not supported by prometheus' };
      matchers.push(matcherText(key, sign, sorted.join('|')));
      values[key] = sorted.join('|');
    }
    return { matchers, values };
  }
}

type Parts =
  | {
      readonly matchers: readonly string[];
      readonly values: Readonly<Record<string, string>>;
    }
  | { readonly error: string };

const matcherText = (label: string, sign: string, value: string): string =>
  `${label}${sign}${goQuote(value)}`;

/** A label has one value: of several, an expression is made. A parsed selector has values where it needs them. */
function signOf(operator: Operator, count: number): string | undefined {
  switch (operator) {
    case '=':
    case '==':
      return count > 1 ? '=~' : '=';
    case '!=':
      return count > 1 ? '!~' : '!=';
    case 'in':
      return '=~';
    case 'notin':
      return '!~';
    case 'exists':
      return '!=';
    case '!':
      return '=';
    case 'gt':
    case 'lt':
      return undefined;
  }
}
