/** What driver and executors tell each other. */

/** An executor says that it is there; it is answered when it shall end. */
export interface Register {
  readonly kind: 'register';
  readonly executorId: number;
  readonly slots: number;
  readonly port: number;
}

/** The driver asks for work, or whether the executor still lives; both are answered when it is done. */
export type Order = { readonly kind: 'task'; readonly ms: number } | { readonly kind: 'ping' };

/** What the payload is, if it is such a message. */
export function asRegister(payload: unknown): Register | undefined {
  const message = payload as Partial<Register> | undefined;
  return message?.kind === 'register' ? (message as Register) : undefined;
}
