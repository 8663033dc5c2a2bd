/** What is wrong with a query, or with what it met. */

/** `parse`: it can never be answered; `execution`: not over these series. */
export type FaultKind = 'parse' | 'execution';

/** A query that has no answer. It is thrown inside and caught where a query is asked. */
export class QueryFault extends Error {
  constructor(
    readonly kind: FaultKind,
    message: string,
  ) {
    super(message);
    this.name = 'QueryFault';
  }
}

/** @throws QueryFault of the kind `parse`. */
export function refuseQuery(message: string): never {
  throw new QueryFault('parse', `parse error: ${message}`);
}

/** @throws QueryFault of the kind `execution`. */
export function failQuery(message: string): never {
  throw new QueryFault('execution', message);
}
