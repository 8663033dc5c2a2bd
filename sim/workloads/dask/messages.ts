/** What Dask's programs tell each other, as far as it is played. */
import { isRecord } from '../../api/equality.js';

/** A message of Dask's own protocol. */
export interface DaskMessage {
  readonly protocol: 'dask';
  readonly op: string;
  readonly [field: string]: unknown;
}

/** Whether what came is one. */
export function isDaskMessage(payload: unknown): payload is DaskMessage {
  return isRecord(payload) && payload['protocol'] === 'dask' && typeof payload['op'] === 'string';
}

/** A result, as Dask answers it. */
export const result = (value: unknown) => ({ status: 'OK', result: value });
/** An error, as Dask answers it. */
export const error = (text: string) => ({ status: 'error', text });

/** Tasks that take equally long. */
export interface Tasks {
  readonly count: number;
  readonly seconds: number;
}

/** Reads `400x5s`; undefined: it is something else. */
export function readTasks(text: string): Tasks | undefined {
  const match = /^\s*(\d+)x(\d+(?:\.\d+)?)s\s*$/.exec(text);
  return match === null ? undefined : { count: Number(match[1]), seconds: Number(match[2]) };
}

/** Tasks that arrive so long after the scheduler's start. */
export interface Arrival {
  readonly afterMs: number;
  readonly tasks: Tasks;
}

/** Reads `0s=400x5s, 600s=100x2s`; undefined where a part is something else. */
export function readLoad(text: string): readonly Arrival[] | undefined {
  const arrivals: Arrival[] = [];
  for (const part of text.split(',')) {
    const match = /^\s*(\d+(?:\.\d+)?)s=(.*)$/.exec(part);
    const tasks = readTasks(match?.[2] ?? '');
    if (match === null || tasks === undefined) return undefined;
    arrivals.push({ afterMs: Number(match[1]) * 1_000, tasks });
  }
  return arrivals;
}

/** A line as Dask's loggers write it. */
export function logLine(nowMs: number, logger: string, message: string): string {
  const at = new Date(nowMs).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
  return `${at} - distributed.${logger} - INFO - ${message}`;
}

/** So long a program of Dask's takes until it serves: Python and its imports. */
export const startupMs = 1_500;
