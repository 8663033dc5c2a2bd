/** Waits for work no longer than it is wanted. */

/** What came of the work; undefined when the signal aborts first, after which nobody hears of the work. */
export async function unlessOver<T extends object>(
  work: Promise<T>,
  over: AbortSignal,
): Promise<T | undefined> {
  if (over.aborted) {
    work.catch(() => undefined);
    return undefined;
  }
  let stop = (): void => undefined;
  const stopped = new Promise<undefined>(resolve => {
    stop = () => resolve(undefined);
    over.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    over.removeEventListener('abort', stop);
  }
}

/** Aborts when the first of them does. */
export function whenAny(signals: readonly (AbortSignal | undefined)[]): AbortSignal {
  return AbortSignal.any(signals.filter(signal => signal !== undefined));
}
