/** The part of `seatrial replay --confirm` that is about real clusters. */
import { backendNamed, type ChosenBackend } from '../backends/index.js';
import { writeError, writeOut } from '../host.js';
import { exitCodes, UserError } from '../input/errors.js';
import { laws } from '../laws/index.js';
import { confirm, type ConfirmOptions } from '../voyages/confirm.js';
import { spanText } from '../voyages/commands.js';
import { labelOf, labelWords } from '../voyages/label.js';
import type { Sailed } from '../voyages/run-plan.js';
import { breachLines } from '../voyages/story.js';
import { realSettings, type RealFlags } from './backend-options.js';
import type { KnownVoyage } from './voyage-of.js';

const codes = {
  confirmed: exitCodes.broken,
  'not confirmed': exitCodes.pass,
  'cannot be judged': exitCodes.inconclusive,
} as const;

/** A backend that can confirm, and what it was called by. */
export interface NamedBackend {
  readonly name: string;
  readonly chosen: ChosenBackend;
}

/**
 * The backend of `--confirm`.
 *
 * @throws UserError when there is none of that name, or it is the simulation.
 */
export function realBackendNamed(name: string): NamedBackend {
  const chosen = backendNamed(name);
  if (chosen !== undefined) return { name, chosen };
  throw new UserError('the simulation cannot confirm itself', {
    exitCode: exitCodes.usage,
    code: 'not-a-real-backend',
    next: 'name a real one: --confirm control-plane',
  });
}

/** Sails the voyage on the backend, and says whether what broke here is broken there. */
export async function confirmThere(
  { plan, failure }: KnownVoyage,
  sailed: Sailed,
  { name, chosen }: NamedBackend,
  flags: Omit<RealFlags, 'backend'> & Pick<ConfirmOptions, 'settings'>,
): Promise<number> {
  const broken = sailed.verdicts.filter(({ kind }) => kind === 'broken').map(({ law }) => law);
  const wanted = failure === undefined ? broken : [failure.law];
  if (wanted.length === 0) {
    writeOut(`nothing to confirm: no law is broken on the simulation\n`);
    return exitCodes.nothingRan;
  }
  writeError(`\non ${name}, in real time:\n`);
  const chosenLaws = laws.filter(law => wanted.includes(law.name));
  const confirmation = await confirm(plan, {
    ...realSettings({ ...flags, backend: name }),
    chosen,
    laws: chosenLaws,
    ...(flags.settings !== undefined && { settings: flags.settings }),
    tell: line => writeError(`${line}\n`),
    news: ({ atMs, what, refusal }) =>
      writeError(`+${spanText(atMs)}  ${what}${refusal === undefined ? '' : `: ${refusal}`}\n`),
  });
  const { result, why, verdicts, startMs } = confirmation;
  writeOut(`${name}: ${result}: ${why}\n`);
  for (const verdict of verdicts) {
    if (verdict.kind !== 'broken') continue;
    for (const breach of verdict.breaches.slice(0, 1)) {
      for (const line of breachLines(breach, startMs)) writeOut(`${line}\n`);
    }
  }
  for (const law of chosenLaws) {
    writeOut(`label of ${law.name}: ${labelWords(labelOf(plan, law, confirmation))}\n`);
  }
  return codes[result];
}
