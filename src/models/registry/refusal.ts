/** Refuses what should be an entry of the registry. */
import { exitCodes, UserError } from '../../input/errors.js';

/** Throws; `where` names the entry, as `ConfigMap serving/fraud-v3`. */
export function refuseEntry(
  where: string,
  what: string,
  next = 'train the model again, or restore the entry as it was written',
): never {
  throw new UserError(`${where}: ${what}`, {
    exitCode: exitCodes.usage,
    code: 'bad-model-entry',
    next,
  });
}
