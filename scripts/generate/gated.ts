/**
 * What a server has only behind a feature gate: taken from a real kube-apiserver 1.36.2 with the gate and
 * the API version on, as differences to one without. The shared folder of facts has nothing of it.
 */
import { readFileSync } from 'node:fs';
import { tableFile, type TableFile } from './table-file.js';

interface Group<Resource> {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly {
    readonly version: string;
    readonly resources: readonly Resource[];
  }[];
}

interface GatedFact {
  readonly gate: string;
  readonly discovery?: { readonly group: string; readonly version: unknown };
  readonly definitions?: Readonly<Record<string, unknown>>;
}

function gatedFacts(): readonly GatedFact[] {
  const text = readFileSync(new URL('gated-facts.json', import.meta.url), 'utf8');
  return JSON.parse(text) as readonly GatedFact[];
}

/** The groups of discovery and those that gates add. */
export function withGatedGroups<Resource>(groups: readonly Group<Resource>[]): Group<Resource>[] {
  const gated = gatedFacts().flatMap(({ discovery }) => discovery ?? []);
  return groups.map(group => {
    const more = gated.filter(one => one.group === group.metadata.name);
    const versions = more.map(one => one.version as Group<Resource>['versions'][number]);
    return { ...group, versions: [...group.versions, ...versions] };
  });
}

/** The definitions and those that gates add. */
export function withGatedDefinitions<Definition>(
  definitions: Readonly<Record<string, Definition>>,
): Readonly<Record<string, Definition>> {
  const gated = gatedFacts().map(
    fact => fact.definitions as Record<string, Definition> | undefined,
  );
  return Object.assign({}, definitions, ...gated) as Readonly<Record<string, Definition>>;
}

/** The table of what gates add. */
export function gatedTable(): TableFile {
  // The definitions serve to make the types; what is told of them stands in the OpenAPI documents.
  const value = gatedFacts().map(({ definitions: _, ...fact }) => fact);
  return tableFile('gated', 'a server with the gates on', [
    { name: 'gatedFacts', comment: 'By gate: see feature-gates.ts.', value },
  ]);
}
