/** The family of traces that real operators left on a real API server. */
import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { KubeObject } from '../../../sim/api/object.js';
import { operators as modelled } from '../../../sim/operators/index.js';
import type { Operator } from '../../../sim/operators/operator.js';
import type { CaseResult, ReplayOptions, VectorFamily } from '../family.js';
import { readText, vectorFiles } from '../files.js';
import { isKueueTrace, replayKueue, type KueueTrace } from './operators/kueue.js';
import { replayTrace } from './operators/replay.js';
import { manifestsFor } from './operators/setup.js';
import type { Trace } from './operators/trace.js';
import { replayVerdicts } from './operators/verdicts.js';
import { World } from './operators/world.js';

/** The family. */
export const operators: VectorFamily = {
  name: 'operators',
  *replay(folder, options: ReplayOptions) {
    const { id } = options;
    for (const path of vectorFiles(folder, '.json')) {
      const project = basename(dirname(path));
      const caseId = `${project}/${basename(path).replace(/\.json(\.gz)?$/, '')}`;
      if (id !== undefined && !id.test(caseId)) continue;
      yield { id: caseId, ...replayed(project, JSON.parse(readText(path)) as Trace) };
    }
    for (const path of vectorFiles(folder, 'apiserver-verdicts.tsv')) {
      yield* replayVerdicts(path, sharedBeside(folder), options);
    }
  },
};

/** The folder with the samples: above the vectors, or the usual one. */
function sharedBeside(folder: string): string {
  const beside = resolve(folder, '../..');
  return existsSync(join(beside, 'samples')) ? beside : '../shared';
}

function replayed(project: string, trace: Trace): Omit<CaseResult, 'id'> {
  if (isKueueTrace(project))
    return attempt(() => replayKueue(trace as unknown as KueueTrace, kueueWorld()));
  const { resource } = trace;
  if (resource === undefined) return skipped(`${project} is not modelled`);
  const operator = operatorOf(project);
  if (operator === undefined) return skipped(`${project} is not modelled`);
  if (!isModelled(operator, resource)) return skipped(`${operator.name} has no ${resource}`);
  const needed = (operator.needs ?? []).flatMap(name => modelled[name] ?? []);
  const installed = [...needed, operator].map(one => ({
    operator: one,
    manifests: manifestsFor(one),
  }));
  return attempt(() => replayTrace(trace, new World(installed)));
}

/** Kueue ran beside the operator whose jobs it starts. */
function kueueWorld(): World {
  const together = [modelled['kueue'], modelled['training-operator']];
  return new World(
    together.flatMap(operator =>
      operator === undefined ? [] : [{ operator, manifests: operator.manifests() }],
    ),
  );
}

function attempt(replay: () => string | undefined): Omit<CaseResult, 'id'> {
  try {
    const reason = replay();
    return reason === undefined ? { result: 'passed' } : { result: 'failed', reason };
  } catch (error) {
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { result: 'failed', reason };
  }
}

function skipped(reason: string): Omit<CaseResult, 'id'> {
  return { result: 'skipped', reason };
}

/** `training-operator-v1.8.1` is of the operator `training-operator`. */
function operatorOf(project: string): Operator | undefined {
  return Object.values(modelled).find(({ name }) => project.startsWith(`${name}-`));
}

function isModelled(operator: Operator, resource: string): boolean {
  const [group = '', version = '', plural = ''] = resource.split('/');
  return operator.manifests().some(object => {
    if (object.kind !== 'CustomResourceDefinition') return false;
    const { spec } = object as KubeObject & { readonly spec: DefinitionSpec };
    const isSame = spec.group === group && spec.names.plural === plural;
    return isSame && spec.versions.some(({ name }) => name === version);
  });
}

interface DefinitionSpec {
  readonly group: string;
  readonly names: { readonly plural: string };
  readonly versions: readonly { readonly name: string }[];
}
