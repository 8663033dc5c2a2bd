/** Transactions in columns, row by row. */
import type { Transaction, TransactionBlock } from './transaction.js';

/** One row of a block. */
export function transactionAt(block: TransactionBlock, row: number): Transaction {
  return {
    timeMs: block.timeMs[row] as number,
    customer: block.customer[row] as number,
    terminal: block.terminal[row] as number,
    amount: block.amount[row] as number,
    scenario: block.scenario[row] as number,
  };
}
