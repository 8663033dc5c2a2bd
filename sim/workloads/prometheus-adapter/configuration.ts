/** The file of rules, read strictly. @upstream pkg/config/{config,loader}.go */
import { isRecord } from '../../api/equality.js';
import { parseManifests } from '../../api/yaml.js';
import type { GroupResource } from '../../api/status.js';
import { RuleFault } from './text-template.js';

/** A condition on the names of series: one of the two is set. */
export interface RegexFilter {
  readonly is: string;
  readonly isNot: string;
}

/** Which labels stand for which resources. */
export interface ResourceMapping {
  readonly template: string;
  readonly overrides: Readonly<Record<string, GroupResource>>;
  /** Whether the namespace of who asks restricts external metrics. Default true. */
  readonly isNamespaced: boolean;
}

/** One rule; what is not written is empty. */
export interface DiscoveryRule {
  readonly seriesQuery: string;
  readonly seriesFilters: readonly RegexFilter[];
  readonly resources: ResourceMapping;
  readonly name: { readonly matches: string; readonly as: string };
  readonly metricsQuery: string;
}

/** The file. */
export interface AdapterConfiguration {
  readonly rules: readonly DiscoveryRule[];
  readonly externalRules: readonly DiscoveryRule[];
  readonly hasResourceRules: boolean;
}

/**
 * Reads the text of the file.
 *
 * @throws RuleFault for what upstream would refuse.
 */
export function readAdapterConfiguration(text: string): AdapterConfiguration {
  const { manifests, errors } = parseManifests(text, 'config');
  const parsing = 'unable to parse metrics discovery config: ';
  if (errors[0] !== undefined) {
    const [, line = '', message = ''] = /^config:(\d+): (.*)$/s.exec(errors[0]) ?? [];
    throw new RuleFault(`${parsing}yaml: line ${line}: ${message}`);
  }
  const [manifest] = manifests;
  const problems: string[] = [];
  const root = manifest?.object ?? {};
  if (manifest !== undefined) {
    check(root, shapes.configuration, {
      path: '',
      lineOf: path => manifest.lineOf(path),
      problems,
    });
  }
  if (problems.length > 0) {
    throw new RuleFault(`${parsing}yaml: unmarshal errors:\n  ${problems.join('\n  ')}`);
  }
  return {
    rules: listOf(root['rules']).map(ruleOf),
    externalRules: listOf(root['externalRules']).map(ruleOf),
    hasResourceRules: isRecord(root['resourceRules']),
  };
}

type Shape =
  | { readonly kind: 'text' | 'flag' }
  | {
      readonly kind: 'struct';
      readonly type: string;
      readonly fields: Readonly<Record<string, Shape>>;
    }
  | { readonly kind: 'list' | 'map'; readonly type: string; readonly of: Shape };

const text: Shape = { kind: 'text' };
const struct = (type: string, fields: Readonly<Record<string, Shape>>): Shape => ({
  kind: 'struct',
  type: `config.${type}`,
  fields,
});
const filter = struct('RegexFilter', { is: text, isNot: text });
const groupResource = struct('GroupResource', { group: text, resource: text });
const mapping = struct('ResourceMapping', {
  template: text,
  overrides: { kind: 'map', type: 'map[string]config.GroupResource', of: groupResource },
  namespaced: { kind: 'flag' },
});
const rule = struct('DiscoveryRule', {
  seriesQuery: text,
  seriesFilters: { kind: 'list', type: '[]config.RegexFilter', of: filter },
  resources: mapping,
  name: struct('NameMapping', { matches: text, as: text }),
  metricsQuery: text,
});
const resourceRule = struct('ResourceRule', {
  containerQuery: text,
  nodeQuery: text,
  resources: mapping,
  containerLabel: text,
});
const rules: Shape = { kind: 'list', type: '[]config.DiscoveryRule', of: rule };
const shapes = {
  configuration: struct('MetricsDiscoveryConfig', {
    rules,
    externalRules: rules,
    resourceRules: struct('ResourceRules', {
      cpu: resourceRule,
      memory: resourceRule,
      window: text,
    }),
  }),
} as const;

interface Place {
  readonly path: string;
  lineOf(path: string): number;
  readonly problems: string[];
}

/** Tells of fields that there are not, and of values of another kind, as yaml.v2 does. */
function check(value: unknown, shape: Shape, place: Place): void {
  if (value === null || value === undefined) return;
  const { path, problems } = place;
  const mismatch = (type: string): void => {
    const tag = Array.isArray(value) ? '!!seq' : isRecord(value) ? '!!map' : scalarText(value);
    problems.push(`line ${place.lineOf(path)}: cannot unmarshal ${tag} into ${type}`);
  };
  switch (shape.kind) {
    case 'text':
      if (typeof value === 'object') mismatch('string');
      return;
    case 'flag':
      if (typeof value !== 'boolean') mismatch('bool');
      return;
    case 'list':
      if (!Array.isArray(value)) return mismatch(shape.type);
      value.forEach((item, index) =>
        check(item, shape.of, { ...place, path: `${path}[${index}]` }),
      );
      return;
    case 'map':
      if (!isRecord(value)) return mismatch(shape.type);
      for (const [key, item] of Object.entries(value)) {
        check(item, shape.of, { ...place, path: `${path}[${key}]` });
      }
      return;
    case 'struct':
      if (!isRecord(value)) return mismatch(shape.type);
      for (const [key, item] of Object.entries(value)) {
        const inner = { ...place, path: path === '' ? key : `${path}.${key}` };
        const field = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined;
        if (field !== undefined) check(item, field, inner);
        else {
          problems.push(
            `line ${place.lineOf(inner.path)}: field ${key} not found in type ${shape.type}`,
          );
        }
      }
  }
}

function scalarText(value: unknown): string {
  const told = JSON.stringify(value);
  if (typeof value === 'string') return `!!str \`${value}\``;
  return `${typeof value === 'number' ? '!!int' : '!!bool'} \`${told}\``;
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const recordOf = (value: unknown): Readonly<Record<string, unknown>> =>
  isRecord(value) ? value : {};
const textOf = (value: unknown): string =>
  value === null || value === undefined ? '' : String(value as string | number | boolean);

function ruleOf(written: unknown): DiscoveryRule {
  const { seriesQuery, seriesFilters, resources, name, metricsQuery } = recordOf(written);
  const { template, overrides, namespaced } = recordOf(resources);
  const { matches, as } = recordOf(name);
  return {
    seriesQuery: textOf(seriesQuery),
    seriesFilters: listOf(seriesFilters).map(one => {
      const { is, isNot } = recordOf(one);
      return { is: textOf(is), isNot: textOf(isNot) };
    }),
    resources: {
      template: textOf(template),
      overrides: Object.fromEntries(
        Object.entries(recordOf(overrides)).map(([label, one]) => {
          const { group, resource } = recordOf(one);
          return [label, { group: textOf(group), resource: textOf(resource) }];
        }),
      ),
      isNamespaced: namespaced !== false,
    },
    name: { matches: textOf(matches), as: textOf(as) },
    metricsQuery: textOf(metricsQuery),
  };
}
