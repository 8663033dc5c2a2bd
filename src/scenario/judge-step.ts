/** The step that judges a run by laws. */
import { exitCodes, UserError, didYouMean } from '../input/errors.js';
import { laws as allLaws } from '../laws/index.js';
import { judge, type Evidenced } from '../laws/judge.js';
import type { Law, LawSettings } from '../laws/law.js';

/** By which laws it is judged, and by which thresholds where they are not to be the defaults. */
export interface LawChoice {
  /** Default: all. */
  readonly laws?: readonly string[];
  readonly settings?: Readonly<Record<string, LawSettings>>;
}

/**
 * What is broken, in words; undefined when nothing is.
 *
 * @throws UserError when there is no law of a name.
 */
export function judged(choice: LawChoice, evidence: Evidenced): string | undefined {
  const settings = lawSettings(choice.settings ?? {});
  const verdicts = judge(lawsNamed(choice.laws), { ...evidence, settings });
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

/**
 * The settings, as they were given.
 *
 * @throws UserError when there is no such law, or it has no such setting.
 */
export function lawSettings(
  settings: Readonly<Record<string, LawSettings>>,
): Readonly<Record<string, LawSettings>> {
  for (const [name, given] of Object.entries(settings)) {
    const [law] = lawsNamed([name]);
    const known = Object.keys(law?.settings ?? {});
    for (const setting of Object.keys(given)) {
      if (known.includes(setting)) continue;
      const near = didYouMean(setting, known);
      throw new UserError(`the law ${name} has no setting ${setting}`, {
        exitCode: exitCodes.usage,
        code: 'unknown-setting',
        next: near === undefined ? settingsText(law) : `did you mean ${near}?`,
      });
    }
  }
  return settings;
}

/** Reads `LAW.SETTING=NUMBER`, as flags give it, and adds it to what was given before. */
export function withLawSetting(
  text: string,
  before: Readonly<Record<string, LawSettings>>,
): Readonly<Record<string, LawSettings>> {
  const [, law = '', setting = '', value = ''] = /^([\w-]+)\.(\w+)=(.+)$/.exec(text) ?? [];
  if (law === '' || !Number.isFinite(Number(value))) {
    throw new UserError(`"${text}" is no setting of a law`, {
      exitCode: exitCodes.usage,
      code: 'bad-setting',
      next: 'write LAW.SETTING=NUMBER, such as hpa-no-flapping.reversalsMax=4; seatrial explain LAW tells which there are',
    });
  }
  return lawSettings({ ...before, [law]: { ...before[law], [setting]: Number(value) } });
}

function settingsText(law: Law | undefined): string {
  const own = Object.entries(law?.settings ?? {}).map(([name, value]) => `${name}=${value}`);
  return own.length === 0 ? 'it has none' : `there are: ${own.join(', ')}`;
}
