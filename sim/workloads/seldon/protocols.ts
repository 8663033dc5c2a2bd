/** How the executor asks the units of a graph, by protocol. @upstream seldon-core v1.17.1 executor/api/rest */
import { isRecord } from '../../api/equality.js';
import type { GraphUnit } from './graph.js';

/** What a unit can be asked for. */
export type Step = 'input' | 'output' | 'route' | 'aggregate';

/** What speaks one protocol. */
export interface Protocol {
  /** The path of a step; undefined: the protocol has none. */
  pathOf(unit: GraphUnit, step: Step): string | undefined;
  /** What the next unit is given of an answer. */
  chained(message: unknown): unknown;
  /** The path at which the executor takes requests. */
  isPrediction(path: string): boolean;
}

const seldonPaths: Readonly<Record<Step, string>> = {
  input: '/transform-input',
  output: '/transform-output',
  route: '/route',
  aggregate: '/aggregate',
};

const seldon: Protocol = {
  pathOf: ({ type }, step) =>
    type === 'MODEL' && step === 'input' ? '/predict' : seldonPaths[step],
  chained: message => message,
  isPrediction: path => /^\/api\/v(1\.0|0\.1)\/predictions$/.test(path),
};

const v2: Protocol = {
  pathOf: ({ name }, step) => (step === 'route' ? undefined : `/v2/models/${name}/infer`),
  chained: message => renamed(message, 'outputs', 'inputs'),
  isPrediction: path => /^\/v2\/models\/(.+\/)?infer$/.test(path),
};

const tensorflow: Protocol = {
  pathOf: ({ name }, step) => (step === 'route' ? undefined : `/v1/models/${name}:predict`),
  chained: message => renamed(message, 'predictions', 'instances'),
  isPrediction: path => /^\/v1\/models\/[^:]*:predict$/.test(path),
};

function renamed(message: unknown, from: string, to: string): unknown {
  if (!isRecord(message) || !(from in message)) return message;
  return { [to]: message[from] };
}

/** The protocol of that name. */
export function protocolOf(name: string): Protocol {
  if (name === 'tensorflow') return tensorflow;
  return name === 'v2' || name === 'kfserving' ? v2 : seldon;
}
