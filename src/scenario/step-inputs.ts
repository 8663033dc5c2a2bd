/** Holds what a scenario names to what there is, before anything runs: its files, and kinds of Kubernetes. */
import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { apiVersionsOf, isGroupVersion, kindsOf } from '../../sim/api/facts.js';
import { parseSelector } from '../../sim/api/selectors.js';
import { InputError, meantOrKnown } from '../input/errors.js';
import { fieldText, type FieldPath, type Located } from '../input/located.js';
import type { Reference, Scenario, Step, Variant } from './scenario.js';

/** What is looked at: the parts of a scenario's file that name files or kinds. */
export interface Named {
  readonly cluster?: Scenario['cluster'];
  readonly variants?: readonly Variant[];
  readonly steps: readonly Step[];
}

/**
 * Looks for every file and every kind that is named.
 *
 * @throws InputError for the first that there is not, with its line and field.
 */
export function checkInputs(document: Located, folder: string, spec: Named): void {
  for (const [path, file] of filesOf(spec)) {
    const whole = join(folder, file);
    if (!existsSync(whole)) {
      const next = `${whole} was looked for: files are named from the scenario's folder`;
      throw new InputError(placeOf(document, path), `no such file: ${file}`, next);
    }
    if (!isManifest(path) || statSync(whole).isDirectory() || isText(whole)) continue;
    const next = 'name a file of YAML or JSON; one that is packed is unpacked first';
    throw new InputError(placeOf(document, path), `${file} is no text`, next);
  }
  for (const [path, { apiVersion = 'v1', kind, selector = '' }] of referencesOf(spec.steps)) {
    const parsed = parseSelector(selector);
    if (!parsed.isOk) {
      const next = 'write it as kubectl -l takes it: app=web, or app in (web, api)';
      throw new InputError(placeOf(document, [...path, 'selector']), parsed.error, next);
    }
    // Other groups may be served once their definitions are there.
    if (!isGroupVersion(apiVersion)) continue;
    const kinds = kindsOf(apiVersion);
    if (kinds.includes(kind)) continue;
    const [elsewhere] = apiVersionsOf(kind);
    throw new InputError(
      placeOf(document, [...path, 'kind']),
      `Kubernetes has no kind ${kind} in ${apiVersion}`,
      elsewhere === undefined ? meantOrKnown(kind, kinds) : `write apiVersion: ${elsewhere}`,
    );
  }
}

/** Whether it is one of the files of a step: those hold manifests. */
function isManifest(path: FieldPath): boolean {
  return path.includes('files') || path.includes('replace');
}

/** Whether a file is a text in UTF-8. */
function isText(file: string): boolean {
  const bytes = readFileSync(file);
  return isUtf8(bytes) && !bytes.includes(0);
}

function placeOf(document: Located, path: FieldPath): ConstructorParameters<typeof InputError>[0] {
  return { file: document.file, line: document.lineOf(path), field: fieldText(path) };
}

type Found<T> = readonly (readonly [FieldPath, T])[];

function filesOf({ cluster = {}, variants = [], steps }: Named): Found<string> {
  const ofCluster = (['config', 'nodes', 'past', 'schedulerConfig'] as const).map(
    field => [['spec', 'cluster', field], cluster[field]] as const,
  );
  const ofSteps = steps.flatMap(({ apply, restore, replay }, index) => {
    const step = ['spec', 'steps', index];
    const lists = { apply: apply?.files ?? [], restore: restore?.files ?? [] };
    return [
      ...Object.entries(lists).flatMap(([action, files]) =>
        files.map((file, at) => [[...step, action, 'files', at], file] as const),
      ),
      [[...step, 'restore', 'state'], restore?.state] as const,
      [[...step, 'restore', 'events'], restore?.events] as const,
      [[...step, 'replay', 'file'], replay?.file] as const,
    ];
  });
  const ofVariants = variants.flatMap(({ replace = {} }, index) =>
    Object.entries(replace).map(
      ([file, other]) => [['spec', 'variants', index, 'replace', file], other] as const,
    ),
  );
  return [...ofCluster, ...ofSteps, ...ofVariants].flatMap(([path, file]) =>
    file === undefined ? [] : [[path, file] as const],
  );
}

function referencesOf(
  steps: readonly Step[],
): Found<Pick<Reference, 'apiVersion' | 'kind' | 'selector'>> {
  return steps.flatMap((step, index) => {
    const at = ['spec', 'steps', index];
    const actions = (['wait', 'expect', 'delete'] as const).flatMap(action => {
      const reference = step[action];
      return reference === undefined ? [] : [[[...at, action], reference] as const];
    });
    const { event } = step;
    if (event === undefined || !('target' in event)) return actions;
    return [...actions, [[...at, 'event', 'target'], event.target] as const];
  });
}
