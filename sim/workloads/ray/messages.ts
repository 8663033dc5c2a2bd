/** What Ray's programs tell each other, as far as it is played. */
import { isRecord } from '../../api/equality.js';
import type { Container } from '../../api/kinds/core.js';
import { milliValueOf, valueOf } from '../../api/quantity.js';
import { readArrivals, type Arrival } from '../tasks/arrivals.js';
import type { ContainerContext } from '../workload.js';
import type { Flags } from './words.js';

/** A message between Ray's own programs. */
export interface RayMessage {
  readonly protocol: 'ray';
  readonly op: string;
  readonly [field: string]: unknown;
}

/** Whether what came is one. */
export function isRayMessage(payload: unknown): payload is RayMessage {
  return isRecord(payload) && payload['protocol'] === 'ray' && typeof payload['op'] === 'string';
}

/** What a node has, or a task needs. */
export interface Amounts {
  readonly cpu: number;
  readonly gpu: number;
}

/** Tasks that take equally long and need the same. */
export interface Tasks {
  readonly count: number;
  readonly seconds: number;
  readonly needs: Amounts;
}

const pattern = /^\s*(\d+)x(\d+(?:\.\d+)?)s(?:@((?:cpu|gpu)=[\d.]+(?:\+(?:cpu|gpu)=[\d.]+)*))?\s*$/;

/** Reads `8x600s@gpu=1` and `400x5s`, whose tasks need a CPU; undefined: it is something else. */
export function readTasks(text: string): Tasks | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, count, seconds, asked = ''] = match;
  const needs = { cpu: asked === '' ? 1 : 0, gpu: 0 };
  for (const part of asked === '' ? [] : asked.split('+')) {
    const [name, amount] = part.split('=');
    if (name === 'cpu' || name === 'gpu') needs[name] = Number(amount);
  }
  return { count: Number(count), seconds: Number(seconds), needs };
}

/** Reads `0s=400x5s, 600s=8x60s@gpu=1`; undefined where a part is something else. */
export function readLoad(text: string): readonly Arrival<Tasks>[] | undefined {
  return readArrivals(text, readTasks);
}

/** What a node offers: as its command says, else as its container is sized. */
export function offered(flags: Flags, { resources }: Pick<Container, 'resources'>): Amounts {
  const { limits = {}, requests = {} } = resources ?? {};
  const cpus = Math.ceil(milliValueOf(limits['cpu'] ?? requests['cpu']) / 1_000);
  const gpus = Object.entries(limits)
    .filter(([name]) => /gpu$|\/mig-/.test(name))
    .reduce((sum, [, amount]) => sum + valueOf(amount), 0);
  return {
    cpu: Number(flags['num-cpus'] ?? Math.max(cpus, 1)),
    gpu: Number(flags['num-gpus'] ?? gpus),
  };
}

/** What a node with so much work uses. */
export function useFor(context: ContainerContext, { cpu, gpu }: Amounts): void {
  const devices = Object.entries(context.devices)
    .filter(([name]) => /gpu$|\/mig-/.test(name))
    .flatMap(([, ids]) => ids);
  const gpuUtilization = Object.fromEntries(
    devices.map((id, index) => [id, Math.min(Math.max(gpu - index, 0), 1)]),
  );
  context.use({
    cpuMillis: cpu * 1_000,
    memoryBytes: 0,
    ...(devices.length > 0 && { gpuUtilization }),
  });
}

/** A line as Ray's loggers write it. */
export function logLine(nowMs: number, where: string, message: string): string {
  const at = new Date(nowMs).toISOString().slice(0, 23).replace('T', ' ').replace('.', ',');
  return `${at}\tINFO ${where} -- ${message}`;
}

/** So long the programs of a head take until they serve. */
export const headStartMs = 5_000;
/** So long those of a worker do. */
export const workerStartMs = 3_000;

/** The port on which a node's proxy of Ray Serve serves. */
export function servePort({ ports = [] }: Pick<Container, 'ports'>): number {
  return ports.find(({ name }) => name === 'serve')?.containerPort ?? 8000;
}
