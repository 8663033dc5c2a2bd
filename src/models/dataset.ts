/** What a set of rows must be before a model can learn from it. */
import { exitCodes, UserError } from '../input/errors.js';
import type { Dataset } from './model.js';

/** The greatest number of single precision, in which exported models compute. */
const singleMax = 3.4028234663852886e38;

/**
 * Checks what training takes for granted: the columns add up, values fit into single precision, labels are 0 or 1 and
 * both occur. NaN is allowed: it stands for a missing value, and each kind says what it makes of it.
 *
 * @throws UserError `bad-dataset` that names the first row and column that is wrong.
 */
export function checkDataset(data: Dataset): void {
  const { rows, columns, values, labels } = data;
  if (rows === 0 || columns === 0) refuse(`has ${rows} rows of ${columns} columns`);
  if (values.length !== rows * columns) {
    refuse(`has ${values.length} values, and not ${rows} rows of ${columns} columns`);
  }
  if (labels.length !== rows) refuse(`has ${labels.length} labels for ${rows} rows`);
  const wild = values.findIndex(value => Math.abs(value) > singleMax);
  if (wild >= 0) {
    refuse(`row ${Math.floor(wild / columns)}, column ${wild % columns} is ${values[wild] ?? NaN}`);
  }
  const wrong = labels.findIndex(label => label > 1);
  if (wrong >= 0) refuse(`row ${wrong} has the label ${labels[wrong] ?? 0}, neither 0 nor 1`);
  const frauds = labels.reduce((sum, label) => sum + label, 0);
  if (frauds === 0 || frauds === rows) {
    refuse(
      `all ${rows} labels are ${frauds === 0 ? 0 : 1}`,
      'train on a longer period, so that both frauds and genuine rows occur',
    );
  }
}

function refuse(what: string, next?: string): never {
  throw new UserError(`the training data cannot be learned from: ${what}`, {
    exitCode: exitCodes.usage,
    code: 'bad-dataset',
    ...(next !== undefined && { next }),
  });
}
