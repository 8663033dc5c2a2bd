/** What Dask's programs tell each other, as far as it is played. */
import { isRecord } from '../../api/equality.js';
import { readArrivals, type Arrival } from '../tasks/arrivals.js';

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

/** Reads `0s=400x5s, 600s=100x2s`; undefined where a part is something else. */
export function readLoad(text: string): readonly Arrival<Tasks>[] | undefined {
  return readArrivals(text, readTasks);
}

/** A line as Dask's loggers write it. */
export function logLine(nowMs: number, logger: string, message: string): string {
  const at = new Date(nowMs).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
  return `${at} - distributed.${logger} - INFO - ${message}`;
}

/** So long a program of Dask's takes until it serves: Python and its imports. */
export const startupMs = 1_500;
