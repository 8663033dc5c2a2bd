/** The work that is stated for a scheduler of tasks, by when it arrives. */

/** Tasks that arrive so long after the program's start. */
export interface Arrival<T> {
  readonly afterMs: number;
  readonly tasks: T;
}

/** Reads `0s=TASKS, 600s=TASKS`; undefined where a part is something else. */
export function readArrivals<T>(
  text: string,
  readTasks: (text: string) => T | undefined,
): readonly Arrival<T>[] | undefined {
  const arrivals: Arrival<T>[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d+(?:\.\d+)?)s=(.*)$/.exec(part);
    const tasks = readTasks(match?.[2] ?? '');
    if (match === null || tasks === undefined) return undefined;
    arrivals.push({ afterMs: Number(match[1]) * 1_000, tasks });
  }
  return arrivals;
}
