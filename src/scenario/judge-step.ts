/** The step that judges a run by laws. */
import { exitCodes, UserError, didYouMean } from '../input/errors.js';
import { laws as allLaws } from '../laws/index.js';
import { judge, type Evidenced } from '../laws/judge.js';
import type { Law } from '../laws/law.js';

/**
 * What is broken, in words; undefined when nothing is.
 *
 * @throws UserError when there is no law of a name.
 */
export function judged(
  names: readonly string[] | undefined,
  evidence: Evidenced,
): string | undefined {
  const verdicts = judge(lawsNamed(names), evidence);
  const broken = verdicts.flatMap(verdict =>
    verdict.kind === 'broken'
      ? [`${verdict.law}: ${verdict.breaches[0]?.what ?? verdict.says}`]
      : [],
  );
  if (broken.length > 0) return broken.join('; ');
  return verdicts.every(({ kind }) => kind === 'vacuous')
    ? 'no law had anything to judge'
    : undefined;
}

/**
 * The laws of these names, in their own order; without names all of them.
 *
 * @throws UserError when there is no law of a name.
 */
export function lawsNamed(names: readonly string[] | undefined): readonly Law[] {
  if (names === undefined) return allLaws;
  const known = allLaws.map(({ name }) => name);
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = didYouMean(name, known);
    throw new UserError(`there is no law ${name}`, {
      exitCode: exitCodes.usage,
      code: 'unknown-law',
      next: near === undefined ? `there are: ${known.join(', ')}` : `did you mean ${near}?`,
    });
  }
  return allLaws.filter(({ name }) => names.includes(name));
}
