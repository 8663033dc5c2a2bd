/** Variants of a scenario: they differ from it only in the files that are applied and the steps that are taken. */
import { didYouMean, exitCodes, InputError, UserError } from '../input/errors.js';
import { fieldText, type Located } from '../input/located.js';
import type { Scenario, Step, Variant } from './scenario.js';

/**
 * The scenario in one of its variants.
 *
 * @throws UserError when it has no variant of this name.
 */
export function inVariant(scenario: Scenario, name: string): Scenario {
  const variant = scenario.variants.find(one => one.name === name);
  if (variant === undefined) throw unknownVariant(scenario, name);
  const kept = scenario.steps
    .map((step, index) => ({ step: stepIn(step, variant), index }))
    .filter(({ step }) => step.except?.includes(name) !== true)
    .filter(({ step }) => step.only?.includes(name) !== false)
    .filter(({ step }) => step.apply === undefined || step.apply.files.length > 0);
  return {
    ...scenario,
    variant: name,
    steps: kept.map(({ step }) => step),
    lineOfStep: index => scenario.lineOfStep(kept[index]?.index ?? index),
  };
}

/**
 * Holds variants to the steps: what they leave out or replace must be applied by a step, and steps may
 * only name variants that there are.
 *
 * @throws InputError naming the first that is wrong.
 */
export function checkVariants(
  document: Located,
  variants: readonly Variant[],
  steps: readonly Step[],
): void {
  const applied = steps.flatMap(({ apply }) => apply?.files ?? []);
  const names = variants.map(({ name }) => name);
  variants.forEach(({ name, without = [], replace = {} }, index) => {
    const path = ['spec', 'variants', index];
    if (names.indexOf(name) !== index || name === 'all') {
      refuse(document, [...path, 'name'], `there is a variant ${name} already`);
    }
    without.forEach((file, at) => {
      known(document, [...path, 'without', at], { word: file, among: applied, what: 'file' });
    });
    for (const file of Object.keys(replace)) {
      known(document, [...path, 'replace', file], { word: file, among: applied, what: 'file' });
    }
  });
  steps.forEach((step, index) => {
    for (const field of ['except', 'only'] as const) {
      (step[field] ?? []).forEach((name, at) => {
        const path = ['spec', 'steps', index, field, at];
        known(document, path, { word: name, among: names, what: 'variant' });
      });
    }
  });
}

function stepIn(step: Step, { without = [], replace = {} }: Variant): Step {
  if (step.apply === undefined) return step;
  const files = step.apply.files
    .filter(file => !without.includes(file))
    .map(file => replace[file] ?? file);
  return { ...step, apply: { ...step.apply, files } };
}

function known(
  document: Located,
  path: readonly (string | number)[],
  { word, among, what }: { word: string; among: readonly string[]; what: 'file' | 'variant' },
): void {
  if (among.includes(word)) return;
  const near = didYouMean(word, among);
  const missing = what === 'file' ? `no step applies ${word}` : `there is no variant ${word}`;
  const all = among.length === 0 ? 'there are none' : `there are: ${among.join(', ')}`;
  refuse(document, path, missing, near === undefined ? all : `did you mean ${near}?`);
}

function refuse(
  document: Located,
  path: readonly (string | number)[],
  what: string,
  next?: string,
): never {
  const place = { file: document.file, line: document.lineOf(path), field: fieldText(path) };
  throw new InputError(place, what, next);
}

function unknownVariant({ file, variants }: Scenario, name: string): UserError {
  const names = variants.map(one => one.name);
  const near = didYouMean(name, names);
  const all =
    names.length === 0
      ? 'leave --variant out, or write spec.variants'
      : `there are: ${names.join(', ')}, all`;
  return new UserError(`${file} has no variant ${name}`, {
    exitCode: exitCodes.usage,
    code: 'unknown-variant',
    next: near === undefined ? all : `did you mean ${near}?`,
  });
}
