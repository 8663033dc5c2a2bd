/** The resources of Kubernetes, of the modelled operators and of definitions, by the names that kubectl takes. */
import { discovery } from '../../sim/api/generated/discovery.js';
import {
  customResourceDefinitions,
  type CustomResourceDefinition,
} from '../../sim/api/kinds/apiextensions.js';
import { operators } from '../../sim/operators/index.js';
import { didYouMean } from '../input/errors.js';
import { objectsOf, type Known } from './known.js';

/** A resource. */
export interface NamedResource {
  readonly group: string;
  readonly resource: string;
  readonly isNamespaced: boolean;
  /** Singular, short names and the kind in lower case. */
  readonly others: readonly string[];
}

interface Discovered {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly resources?: readonly {
      readonly resource: string;
      readonly scope: string;
      readonly responseKind?: { readonly kind: string };
      readonly singularResource?: string;
      readonly shortNames?: readonly string[];
    }[];
  }[];
}

/** A resource as it was asked for. */
export interface AskedResource {
  readonly group: string;
  readonly resource: string;
  readonly isNamespaced: boolean;
  /** What may be wrong with the name; it is taken as it stands. */
  readonly warning?: string;
}

/** The resource that a word names: `jobs`, `job`, `jobs.batch`, `deploy`; the first that has the name, as for kubectl. */
export function resourceNamed(known: Known, word: string): AskedResource {
  const all = resources(known);
  const [plain = '', ...rest] = word.toLowerCase().split('.');
  const group = rest.length === 0 ? undefined : rest.join('.');
  const found = all.find(
    one =>
      (one.resource === plain || one.others.includes(plain)) &&
      (group === undefined || one.group === group),
  );
  if (found !== undefined) {
    const { group: ofGroup, resource, isNamespaced } = found;
    return { group: ofGroup, resource, isNamespaced };
  }
  if (word === '*') return { group: '*', resource: '*', isNamespaced: true };
  const near = didYouMean(
    plain,
    all.map(({ resource }) => resource),
  );
  const meant = near === undefined ? '' : `; did you mean ${near}?`;
  const warning = `no resource "${word}" is known: it is taken as it stands${meant}`;
  return { group: group ?? '', resource: plain, isNamespaced: true, warning };
}

function resources(known: Known): readonly NamedResource[] {
  const { core, groups } = discovery() as {
    readonly core: readonly Discovered[];
    readonly groups: readonly Discovered[];
  };
  const modelled = Object.values(operators)
    .flatMap(operator => operator.manifests())
    .filter(({ kind }) => kind === customResourceDefinitions.kind);
  const own = objectsOf(known, customResourceDefinitions);
  return [
    ...[...core, ...groups].flatMap(discovered),
    // Definitions are checked where they are read, or are our own.
    ...[...own, ...(modelled as unknown as readonly CustomResourceDefinition[])].map(defined),
  ];
}

function discovered({ metadata, versions }: Discovered): NamedResource[] {
  return versions.flatMap(({ resources: all = [] }) =>
    all.map(({ resource, scope, responseKind, singularResource, shortNames = [] }) => ({
      group: metadata.name ?? '',
      resource,
      isNamespaced: scope === 'Namespaced',
      others: [singularResource ?? '', responseKind?.kind.toLowerCase() ?? '', ...shortNames],
    })),
  );
}

function defined({ spec }: CustomResourceDefinition): NamedResource {
  const { plural, singular = '', kind, shortNames = [] } = spec.names;
  return {
    group: spec.group,
    resource: plural,
    isNamespaced: spec.scope === 'Namespaced',
    others: [singular, kind.toLowerCase(), ...shortNames],
  };
}
