/**
 * Looks at the manifests that a scenario applies, before anything runs: shares of the traffic that do not
 * make a whole would only show hours later, when the promoter moves them.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isRecord } from '../../../sim/api/equality.js';
import { InputError } from '../../input/errors.js';
import { fieldText, parseLocated, type FieldPath } from '../../input/located.js';
import { readManifests } from '../../input/manifest-files.js';
import type { Manifest } from '../../input/manifests.js';
import type { StackOptions } from '../stack.js';

/**
 * Checks the files of all steps.
 *
 * @throws InputError with file, line, field and the next step.
 */
export function checkManifests({
  document,
  folder,
}: Pick<StackOptions, 'document' | 'folder'>): void {
  for (const file of new Set(filesOf(document.value))) {
    const path = join(folder, file);
    // A file that is not there is refused where it is applied.
    if (!existsSync(path)) continue;
    for (const manifest of readManifests(path)) check(manifest);
  }
}

function filesOf(scenario: unknown): readonly string[] {
  const spec = isRecord(scenario) ? scenario['spec'] : undefined;
  return list(isRecord(spec) ? spec['steps'] : undefined).flatMap(step => {
    const apply = isRecord(step) ? step['apply'] : undefined;
    const files = isRecord(apply) ? apply['files'] : undefined;
    return list(files).filter(file => typeof file === 'string');
  });
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberAt = (value: unknown, key: string): number | undefined => {
  const own = isRecord(value) ? value[key] : undefined;
  return typeof own === 'number' ? own : undefined;
};

function check(manifest: Manifest): void {
  const { object } = manifest;
  if (object.kind === 'HTTPRoute') return checkRoute(manifest);
  const data = object['data'];
  const text = object.kind === 'ConfigMap' && isRecord(data) ? data['promoter.yaml'] : undefined;
  if (typeof text === 'string') checkPromoter(manifest, text);
}

/** The weights of a rule are percents here, as the promoter moves them by percent. */
function checkRoute({ object, file, document, path }: Manifest): void {
  const spec = object['spec'];
  list(isRecord(spec) ? spec['rules'] : undefined).forEach((rule, index) => {
    const backends = list(isRecord(rule) ? rule['backendRefs'] : undefined);
    if (backends.length === 0) return;
    const weights = backends.map(backend => numberAt(backend, 'weight') ?? 1);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const isWhole = backends.length === 1 ? sum > 0 : sum === 100;
    if (isWhole && weights.every(weight => weight >= 0)) return;
    const field: FieldPath = [...path, 'spec', 'rules', index, 'backendRefs'];
    const what = `the weights ${weights.join(' and ')} add up to ${sum}, and all traffic is 100`;
    const next = 'give the backends weights that add up to 100: the promoter moves them by percent';
    throw new InputError(
      { file, line: document.lineOf(field), field: fieldText(field) },
      what,
      next,
    );
  });
}

/** The steps of a canary go up, and end with all traffic. */
function checkPromoter({ file, document, path }: Manifest, text: string): void {
  const [inner] = parseLocated(text, file);
  const steps = list(isRecord(inner?.value) ? inner.value['steps'] : undefined);
  const percents = steps.map(step => numberAt(step, 'percent') ?? NaN);
  const refuse = (index: number, what: string, next: string): never => {
    const own: FieldPath = ['steps', index, 'percent'];
    // The text begins on the line after its field.
    const line = document.lineOf([...path, 'data', 'promoter.yaml']) + (inner?.lineOf(own) ?? 0);
    throw new InputError(
      { file, line, field: `data["promoter.yaml"].${fieldText(own)}` },
      what,
      next,
    );
  };
  percents.forEach((percent, index) => {
    const before = percents[index - 1] ?? 0;
    if (percent > 100) {
      refuse(index, `${percent} % is more than all traffic`, 'let the last step have 100');
    }
    if (percent <= before) {
      refuse(
        index,
        `${percent} % does not follow ${before} %`,
        'let each step have more of the traffic than the one before it',
      );
    }
  });
  const last = percents.at(-1);
  if (last !== undefined && last !== 100) {
    refuse(
      percents.length - 1,
      `the last step has ${last} % of the traffic, and the rest would stay with the old model`,
      'add a step of 100',
    );
  }
}
