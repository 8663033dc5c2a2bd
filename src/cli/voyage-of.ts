/** Finds the voyage that a token or a file of a failure is about. */
import { existsSync } from 'node:fs';
import type { AroundOptions } from '../arbitraries/around.js';
import { planSource } from '../arbitraries/source.js';
import { readCheckInput } from '../check/read-input.js';
import { sailable } from '../check/sailable.js';
import { surveyOf } from '../check/survey.js';
import { exitCodes, UserError } from '../input/errors.js';
import { planAt } from '../voyages/explore.js';
import { readFailure, readFailures, type Failure } from '../voyages/failures.js';
import type { VoyagePlan } from '../voyages/plan.js';
import { inputsHash, readToken } from '../voyages/token.js';
import { version } from '../version.js';

/** A voyage, and what is known of it from when it failed. */
export interface KnownVoyage {
  readonly plan: VoyagePlan;
  readonly failure?: Failure;
}

/**
 * The voyage of a token or a file; `inputs` are the manifests that a token of a large plan needs.
 *
 * @throws UserError when it was made by another version or from other inputs.
 */
export function voyageOf(word: string, inputs: readonly string[]): KnownVoyage {
  if (!word.startsWith('st1:')) return ofFile(word);
  const content = readToken(word);
  if (content.kind === 'plan') {
    const failure = readFailures().find(({ token }) => token === word);
    return { plan: content.plan, ...(failure !== undefined && { failure }) };
  }
  const failure = readFailures().find(({ token }) => token === word);
  if (failure !== undefined) return { plan: failure.plan, failure };
  // As check took them aboard.
  const manifests =
    inputs.length === 0 ? undefined : sailable(surveyOf(readCheckInput(inputs))).objects;
  const { plans, origin } = planSource(manifests, content.options as AroundOptions);
  if (inputsHash(origin.inputs) !== content.inputs) {
    throw new UserError(
      inputs.length === 0
        ? 'the token is about manifests, and none were given'
        : 'the manifests are not those that the token was made from',
      {
        exitCode: exitCodes.usage,
        code: 'other-inputs',
        next:
          inputs.length === 0
            ? 'give them in the same order as then: seatrial replay TOKEN -f DIR'
            : 'check out the commit of that run, or replay the file in .seatrial/failures',
      },
    );
  }
  return { plan: planAt(plans, content.seed, content.path) };
}

function ofFile(file: string): KnownVoyage {
  if (!existsSync(file)) {
    throw new UserError(`"${file}" is neither a token nor a file`, {
      exitCode: exitCodes.usage,
      code: 'no-such-file',
      next: 'a token begins with st1:; files of failures are in .seatrial/failures',
    });
  }
  const failure = readFailure(file);
  if (failure.version !== version) {
    throw new UserError(
      `${file} was written by seatrial ${failure.version}, this is ${version}: a voyage is another one in each version`,
      {
        exitCode: exitCodes.usage,
        code: 'other-version',
        next: `npx seatrial@${failure.version} replay ${file}, or seatrial keep ${file}: a scenario runs in any version`,
      },
    );
  }
  return { plan: failure.plan, failure };
}
