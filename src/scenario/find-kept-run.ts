/** Finds a kept run by what a user calls it. */
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { didYouMean, exitCodes, UserError } from '../input/errors.js';
import { keptRuns, type KeptRun } from './kept-runs.js';
import { runsFolder } from './run-folder.js';

/**
 * The run of that id, folder, or unique part of an id; `latest` is the last that was started.
 *
 * @throws UserError when there is none, or more than one.
 */
export function findKeptRun(name: string, root: string = runsFolder): KeptRun {
  if (existsSync(join(name, 'run.json'))) {
    const own = keptRuns(dirname(name)).find(({ id }) => id === basename(name));
    if (own !== undefined) return own;
  }
  const runs = keptRuns(root);
  const last = runs.at(-1);
  if (last === undefined) {
    throw refusal(`no run is kept in ${root}`, 'run a scenario first: npx seatrial run');
  }
  if (name === 'latest') return last;
  const exact = runs.find(({ id }) => id === name);
  if (exact !== undefined) return exact;
  const near = runs.filter(({ id }) => id.includes(name));
  const [only] = near;
  if (only !== undefined && near.length === 1) return only;
  const ids = near.map(({ id }) => id);
  if (ids.length > 1) {
    throw refusal(`${ids.length} runs are called ${name}`, `name one: ${ids.slice(-5).join(', ')}`);
  }
  const meant = didYouMean(
    name,
    runs.map(({ id }) => id),
  );
  const next = meant === undefined ? 'npx seatrial runs lists them' : `did you mean ${meant}?`;
  throw refusal(`there is no run ${name} in ${root}`, next);
}

function refusal(message: string, next: string): UserError {
  return new UserError(message, { exitCode: exitCodes.usage, code: 'no-such-run', next });
}
