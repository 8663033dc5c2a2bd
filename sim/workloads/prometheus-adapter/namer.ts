/** What a rule makes of series: which it takes, how their metric is called, how it is asked for. @upstream pkg/naming/metric_namer.go */
import type { RE2JS } from 're2js';
import { goQuote } from '../../api/go-text.js';
import type { DiscoveryRule, RegexFilter } from './configuration.js';
import { MetricsQuery } from './metrics-query.js';
import type { Series } from './prometheus-client.js';
import { compiled, ResourceConverter, type TextOrError } from './resource-converter.js';
import type { RestMapper } from './rest-mapper.js';
import { RuleFault } from './text-template.js';

/** One rule, ready for use. */
export class Namer {
  readonly converter: ResourceConverter;
  readonly query: MetricsQuery;
  /** The selector of its series. */
  readonly selector: string;
  private readonly filters: readonly { readonly regex: RE2JS; readonly isWanted: boolean }[];
  private readonly matches: RE2JS;
  private readonly as: string;

  /** @throws RuleFault for a rule that upstream would not start with. */
  constructor(rule: DiscoveryRule, mapper: RestMapper) {
    const { seriesQuery, seriesFilters, resources, name } = rule;
    const of = `associated with series query ${goQuote(seriesQuery)}`;
    this.selector = seriesQuery;
    this.converter = new ResourceConverter(resources, mapper);
    this.query = within(
      `unable to construct metrics query ${of}`,
      () => new MetricsQuery(rule.metricsQuery, this.converter, resources.isNamespaced),
    );
    const filters = seriesFilters.map(filter =>
      within(`unable to generate series name filter ${of}`, () => filterOf(filter)),
    );
    if (name.matches !== '') {
      const filter = { is: name.matches, isNot: '' };
      const what = `unable to generate series name filter from name rules ${of}`;
      filters.push(within(what, () => filterOf(filter)));
    }
    this.filters = filters;
    this.matches = within('', () => regexOf(name.matches === '' ? '.*' : name.matches, ''));
    this.as = name.as === '' ? usualName(this.matches, rule) : name.as;
  }

  /** The series of those that its selector takes. */
  taken(series: readonly Series[]): readonly Series[] {
    return series.filter(({ name }) =>
      this.filters.every(({ regex, isWanted }) => regex.test(name) === isWanted),
    );
  }

  /** The name of the metric. */
  metricOf({ name }: Series): TextOrError {
    const matcher = this.matches.matcher(name);
    if (matcher.find()) return expanded(this.as, this.matches, matcher);
    return {
      error: `series name ${goQuote(name)} did not match expected pattern ${goQuote(this.matches.pattern())}`,
    };
  }
}

function within<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RuleFault) || what === '') throw error;
    throw new RuleFault(`${what}: ${error.message}`);
  }
}

function filterOf({ is, isNot }: RegexFilter): { regex: RE2JS; isWanted: boolean } {
  if (is !== '' && isNot !== '') {
    throw new RuleFault(
      `cannot have both an \`is\` (${goQuote(is)}) and \`isNot\` (${goQuote(isNot)}) expression in a single filter`,
    );
  }
  const text = is === '' ? isNot : is;
  if (text === '') {
    throw new RuleFault('must have either an `is` or `isNot` expression in a filter');
  }
  const what = `unable to compile series filter ${goQuote(text)}: `;
  return { regex: regexOf(text, what), isWanted: is !== '' };
}

function regexOf(text: string, what: string): RE2JS {
  const regex = compiled(text);
  if ('error' in regex) throw new RuleFault(what + regex.error);
  return regex;
}

/** Without groups it is the whole, with one it is that group. */
function usualName(matches: RE2JS, { name, seriesQuery }: DiscoveryRule): string {
  const groups = matches.groupCount();
  if (groups === 0) return '$0';
  if (groups === 1) return '$1';
  throw new RuleFault(
    `must specify an 'as' value for name matcher ${goQuote(name.matches)} associated with series query ${goQuote(seriesQuery)}`,
  );
}

const reference = /\$(?:\$|(\w+)|\{(\w+)\})/g;

/** `$1x` is the group of that name, which there is not: `${1}x` is meant. @upstream regexp Regexp.Expand */
function expanded(template: string, regex: RE2JS, matcher: ReturnType<RE2JS['matcher']>): string {
  return template.replace(reference, (all, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    if (name === undefined) return '$';
    const group = /^\d+$/.test(name) ? Number(name) : regex.namedGroups()[name];
    if (group === undefined || group > regex.groupCount()) return '';
    return matcher.group(group) ?? '';
  });
}
