/** Which columns of a table say what. */
import { didYouMean, InputError } from '../../input/errors.js';

/** What is read of a row. */
export type ColumnRole = 'time' | 'customer' | 'terminal' | 'amount' | 'label';

/** Column names by role, where a table calls them otherwise. */
export type ColumnNames = Partial<Readonly<Record<ColumnRole, string>>>;

/** The column of each role: its name and its place. */
export type Columns = Readonly<Record<Exclude<ColumnRole, 'label'>, Column>> & {
  readonly label?: Column;
};

/** A column of a table. */
export interface Column {
  readonly name: string;
  readonly place: number;
}

/** What columns are called, in small letters; the first that a table has counts. */
const known: Readonly<Record<ColumnRole, readonly string[]>> = {
  time: ['time', 'timestamp', 'tx_datetime', 'datetime', 'time_ms', 'timems', 'unix_time'],
  customer: ['customer', 'customer_id', 'card', 'card_id', 'cc_num', 'account'],
  terminal: ['terminal', 'terminal_id', 'merchant', 'merchant_id'],
  amount: ['amount', 'tx_amount', 'amt'],
  label: ['scenario', 'tx_fraud_scenario', 'label', 'fraud', 'is_fraud', 'tx_fraud', 'class'],
};

/**
 * Finds the columns of a header.
 *
 * @throws InputError when one is missing, is named twice, or is not in the table.
 */
export function columnsOf(
  header: readonly string[],
  { file, line, names = {} }: { file: string; line: number; names?: ColumnNames },
): Columns {
  const find = (role: ColumnRole): Column | undefined => {
    const given = names[role];
    const wanted = given === undefined ? known[role] : [given.toLowerCase()];
    const places = wanted.map(name => header.findIndex(cell => cell.toLowerCase() === name));
    const place = places.find(found => found >= 0);
    if (place !== undefined) return { name: header[place] as string, place };
    if (given === undefined) return undefined;
    const near = didYouMean(given, header);
    const next = near === undefined ? `it has ${header.join(', ')}` : `did you mean ${near}?`;
    throw new InputError({ file, line }, `has no column "${given}" for the ${role}`, next);
  };
  const need = (role: ColumnRole): Column => {
    const found = find(role);
    if (found !== undefined) return found;
    throw new InputError(
      { file, line },
      `has no column for the ${role}; it has ${header.join(', ')}`,
      `call it ${known[role].slice(0, 2).join(' or ')}, or state columns: {${role}: its name}`,
    );
  };
  const twice = header.find((name, place) => header.indexOf(name) !== place);
  if (twice !== undefined) {
    throw new InputError({ file, line }, `names the column "${twice}" twice`, 'rename one of them');
  }
  const label = find('label');
  return {
    time: need('time'),
    customer: need('customer'),
    terminal: need('terminal'),
    amount: need('amount'),
    ...(label !== undefined && { label }),
  };
}
