/**
 * Definitions that stand in for those that the input leaves out: objects of kinds that nobody defines
 * are stored as they are, so that the API server tells at least what is wrong with their metadata.
 */
import type { KubeObject } from '../../sim/api/object.js';
import { operators } from '../../sim/operators/index.js';
import type { Entry } from './entry.js';
import { isRetired } from './rules/removed-api.js';
import { grouped } from './survey.js';

/** The entries whose kinds nobody defines, and the definitions that store them as they are. */
export interface StandIns {
  readonly entries: ReadonlySet<Entry>;
  readonly definitions: readonly KubeObject[];
}

/**
 * A kind that is unknown in a group that somebody defines is a slip, and gets no definition. What has no
 * name is no object of a cluster: kind's own configuration looks like one.
 */
export function standInDefinitions(entries: readonly Entry[]): StandIns {
  const defined = new Set(entries.flatMap(groupDefinedBy));
  const unknown = entries.filter(
    entry =>
      entry.group.includes('.') &&
      entry.name !== '' &&
      !defined.has(entry.group) &&
      !isModelled(entry) &&
      !isRetired(entry),
  );
  const kinds = grouped(unknown, ({ group, kind }) => `${group} ${kind}`);
  return { entries: new Set(unknown), definitions: [...kinds.values()].flatMap(definitionOf) };
}

interface Defined {
  readonly group: string;
  readonly names: { readonly kind: string };
}

const modelled = Object.values(operators)
  .filter(({ isAlternative }) => isAlternative !== true)
  .flatMap(operator =>
    operator
      .manifests()
      .filter(({ kind }) => kind === 'CustomResourceDefinition')
      .map(({ spec }) => {
        const { group, names } = spec as unknown as Defined;
        return operator.sharesGroup === true ? `${group} ${names.kind}` : group;
      }),
  );
const modelledNames: ReadonlySet<string> = new Set(modelled);

/** Whether a modelled operator acts on the kind, or is the one to know all kinds of its group. */
export function isModelled({ group, kind }: Pick<Entry, 'group' | 'kind'>): boolean {
  return modelledNames.has(group) || modelledNames.has(`${group} ${kind}`);
}

function groupDefinedBy({ kind, object }: Entry): readonly string[] {
  if (kind === 'APIService' || kind === 'CustomResourceDefinition') {
    const { group } = (object['spec'] ?? {}) as { readonly group?: unknown };
    return typeof group === 'string' ? [group] : [];
  }
  return [];
}

function definitionOf(entries: readonly Entry[]): readonly KubeObject[] {
  const [first] = entries;
  if (first === undefined) return [];
  const { group, kind } = first;
  const versions = [
    ...new Set(entries.map(({ apiVersion }) => apiVersion.slice(group.length + 1))),
  ];
  const plural = `${kind.toLowerCase()}s`;
  const schema = {
    openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  };
  return [
    {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: {
        name: `${plural}.${group}`,
        // Groups of Kubernetes' own want to be approved.
        annotations: { 'api-approved.kubernetes.io': 'unapproved, stands in' },
      },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural, singular: kind.toLowerCase(), kind, listKind: `${kind}List` },
        versions: versions.map((name, index) => ({
          name,
          served: true,
          storage: index === 0,
          schema,
        })),
      },
    },
  ];
}
