/** Faults as users write them: checked before they are let happen. */
import type { Fault } from '../cluster.js';
import { meantOrKnown, exitCodes, UserError } from '../input/errors.js';

type FieldType = 'text' | 'count' | 'span' | 'step' | 'share' | 'flag' | 'gpu' | 'mode';

interface Shape {
  readonly required: Readonly<Record<string, FieldType>>;
  readonly optional?: Readonly<Record<string, FieldType>>;
}

/** The fields of each kind of fault. */
const shapes: Readonly<Record<Fault['kind'], Shape>> = {
  gpu: { required: { node: 'text', gpu: 'gpu', xid: 'count' } },
  'gpu-repaired': { required: { node: 'text', gpu: 'gpu' } },
  'node-down': { required: { node: 'text' } },
  'node-up': { required: { node: 'text' } },
  crash: { required: { process: 'text', forMs: 'span' }, optional: { atRequest: 'count' } },
  partition: { required: { node: 'text', forMs: 'span' } },
  requests: {
    required: { process: 'text', forMs: 'span' },
    optional: {
      delayMs: 'span',
      code: 'count',
      share: 'share',
      isServed: 'flag',
      onlyWrites: 'flag',
    },
  },
  watch: {
    required: { process: 'text', forMs: 'span', mode: 'mode' },
    optional: { resource: 'text' },
  },
  credentials: { required: { process: 'text', forMs: 'span' } },
  'clock-step': { required: { process: 'text', stepMs: 'step' } },
  'slow-images': { required: { node: 'text', factor: 'span', forMs: 'span' } },
  'disk-pressure': { required: { node: 'text', forMs: 'span' } },
};

const isNumber = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value);

const tests: Readonly<Record<FieldType, readonly [(value: unknown) => boolean, string]>> = {
  text: [value => typeof value === 'string', 'a text'],
  count: [value => Number.isSafeInteger(value) && Number(value) >= 0, 'a whole number from 0 on'],
  span: [value => isNumber(value) && value >= 0, 'a number from 0 on'],
  step: [value => Number.isSafeInteger(value), 'a whole number of milliseconds'],
  share: [value => isNumber(value) && value >= 0 && value <= 1, 'a number from 0 to 1'],
  flag: [value => typeof value === 'boolean', 'true or false'],
  gpu: [value => typeof value === 'string' || Number.isSafeInteger(value), 'an index or an id'],
  mode: [
    value => value === 'stale' || value === 'lost' || value === 'replayed',
    'stale, lost or replayed',
  ],
};

/**
 * What is given as a fault.
 *
 * @throws UserError that names the field that is wrong.
 */
export function faultOf(given: unknown): Fault {
  const fields = (typeof given === 'object' && given !== null ? given : {}) as Readonly<
    Record<string, unknown>
  >;
  const kind = String(fields['kind']);
  const shape = Object.hasOwn(shapes, kind) ? shapes[kind as Fault['kind']] : undefined;
  if (shape === undefined) throw refused(`there is no fault ${kind}`, kind, Object.keys(shapes));
  const known = { ...shape.required, ...shape.optional };
  for (const name of Object.keys(fields)) {
    if (name === 'kind' || Object.hasOwn(known, name)) continue;
    throw refused(`a fault ${kind} has no field ${name}`, name, Object.keys(known));
  }
  for (const [name, type] of Object.entries(known)) {
    const value = fields[name];
    const isLeftOut = value === undefined && !Object.hasOwn(shape.required, name);
    const [isGood, what] = tests[type];
    if (isLeftOut || isGood(value)) continue;
    throw refused(`the field ${name} of a fault ${kind} must be ${what}`, name, []);
  }
  return given as Fault;
}

function refused(what: string, word: string, known: readonly string[]): UserError {
  const next = meantOrKnown(word, known);
  return new UserError(what, {
    exitCode: exitCodes.usage,
    code: 'bad-fault',
    ...(next !== undefined && { next }),
  });
}
