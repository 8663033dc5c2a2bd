/** Reads what-ifs: a YAML file of variants, or the flags of the command line. */
import { exitCodes, InputError, UserError } from '../../input/errors.js';
import { fieldText, readInput, type Located } from '../../input/located.js';
import { checkSchema, type JsonSchema } from '../../input/schema.js';
import { singleDocument } from '../../input/single-document.js';
import type { NodePool, Variant } from './variant.js';

const pool: JsonSchema = {
  type: 'object',
  required: ['count', 'gpus', 'model'],
  additionalProperties: false,
  properties: {
    count: { type: 'integer', minimum: 1 },
    gpus: { type: 'integer', minimum: 0 },
    model: { type: 'string' },
    cpuMilli: { type: 'integer', minimum: 1 },
    memoryMib: { type: 'integer', minimum: 1 },
  },
};

const rules: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    gangs: { type: 'boolean' },
    strict: { type: 'boolean' },
    preemption: { type: 'boolean' },
    resumes: { type: 'boolean' },
    quota: {
      type: 'object',
      required: ['gpus'],
      additionalProperties: false,
      properties: {
        gpus: { type: 'object', additionalProperties: { type: 'number', minimum: 0 } },
        borrowing: { type: 'boolean' },
        reclaim: { type: 'boolean' },
      },
    },
    repack: {
      type: 'object',
      required: ['everySeconds', 'movesMax', 'pauseSeconds'],
      additionalProperties: false,
      properties: {
        everySeconds: { type: 'number', minimum: 0 },
        movesMax: { type: 'integer', minimum: 1 },
        pauseSeconds: { type: 'number', minimum: 0 },
      },
    },
  },
};

/** The schema of a file of variants. */
const benchSchema: JsonSchema = {
  type: 'object',
  required: ['apiVersion', 'kind', 'spec'],
  additionalProperties: false,
  properties: {
    apiVersion: { type: 'string', enum: ['seatrial.dev/v1alpha1'] },
    kind: { type: 'string', enum: ['Bench'] },
    metadata: { type: 'object' },
    spec: {
      type: 'object',
      required: ['variants'],
      additionalProperties: false,
      properties: {
        variants: {
          type: 'array',
          items: {
            type: 'object',
            required: ['name'],
            additionalProperties: false,
            properties: {
              name: { type: 'string', pattern: '^\\S.*$', examples: ['before'] },
              nodes: { type: 'array', items: pool },
              add: { type: 'array', items: pool },
              remove: {
                type: 'array',
                items: {
                  type: 'object',
                  required: ['model', 'count'],
                  additionalProperties: false,
                  properties: {
                    model: { type: 'string' },
                    count: { type: 'integer', minimum: 1 },
                  },
                },
              },
              mig: {
                type: 'object',
                additionalProperties: { type: 'array', items: { type: 'integer', minimum: 1 } },
              },
              sharing: { type: 'integer', minimum: 1 },
              priorities: { type: 'object', additionalProperties: { type: 'integer' } },
              policies: { type: 'array', items: { type: 'string' } },
              rules,
            },
          },
        },
      },
    },
  },
};

/**
 * The variants of a file.
 *
 * @throws InputError with file, line and field.
 */
export function readVariants(file: string): Variant[] {
  const document = singleDocument(readInput(file), file, {
    ifEmpty: 'write the variants into it',
  });
  checkSchema(document, benchSchema);
  // The schema has just been checked.
  const { spec } = document.value as {
    readonly spec: { readonly variants: readonly Variant[] };
  };
  spec.variants.forEach((variant, index) => checkVariant(document, variant, index));
  return [...spec.variants];
}

function checkVariant(document: Located, variant: Variant, index: number): void {
  for (const [model, slices] of Object.entries(variant.mig ?? {})) {
    if (slicesFit(slices)) continue;
    const path = ['spec', 'variants', index, 'mig', model];
    throw new InputError(
      { file: document.file, line: document.lineOf(path), field: fieldText(path) },
      `a GPU cannot be cut into ${slices.join(' + ')} of seven slices`,
      'slices are 1, 2, 3, 4 or 7, seven in all',
    );
  }
}

function slicesFit(slices: readonly number[]): boolean {
  const sum = slices.reduce((total, slice) => total + slice, 0);
  return slices.length > 0 && sum <= 7 && slices.every(slice => [1, 2, 3, 4, 7].includes(slice));
}

/** What the command line says of a what-if. */
export interface WhatIfFlags {
  readonly addNodes?: string;
  readonly removeNodes?: string;
  readonly mig?: string;
  readonly sharing?: number;
  readonly gangs?: boolean;
  readonly strict?: boolean;
  readonly preemption?: boolean;
  readonly resume?: boolean;
  readonly priorities?: string;
  readonly quota?: string;
  readonly borrowing?: boolean;
  readonly reclaim?: boolean;
  readonly repack?: number;
}

const movesMax = 16;
const pauseSeconds = 60;

/**
 * The variant that the flags ask for; undefined when they ask for none.
 *
 * @throws UserError that names the flag.
 */
export function variantOfFlags(flags: WhatIfFlags): Variant | undefined {
  const quota = flags.quota === undefined ? undefined : numbersOf('--quota', flags.quota);
  const rules = {
    ...(flags.gangs === false && { gangs: false }),
    ...(flags.strict === true && { strict: true }),
    ...(flags.preemption === true && { preemption: true }),
    ...(flags.resume === true && { resumes: true }),
    ...(quota !== undefined && {
      quota: {
        gpus: quota,
        borrowing: flags.borrowing === true,
        reclaim: flags.reclaim === true,
      },
    }),
    ...(flags.repack !== undefined && {
      repack: { everySeconds: flags.repack, movesMax, pauseSeconds },
    }),
  };
  const changes = {
    ...(flags.addNodes !== undefined && { add: poolsOf('--add-nodes', flags.addNodes) }),
    ...(flags.removeNodes !== undefined && { remove: removedOf(flags.removeNodes) }),
    ...(flags.mig !== undefined && { mig: migOf(flags.mig) }),
    ...(flags.sharing !== undefined && { sharing: flags.sharing }),
    ...(flags.priorities !== undefined && {
      priorities: numbersOf('--priorities', flags.priorities),
    }),
    ...(Object.keys(rules).length > 0 && { rules }),
  };
  return Object.keys(changes).length === 0 ? undefined : { name: 'what-if', ...changes };
}

/**
 * Reads `4x8xH100,2x4xT4`: nodes, GPUs of each, model.
 *
 * @throws UserError that names the flag.
 */
export function poolsOf(flag: string, text: string): NodePool[] {
  return text.split(',').map(part => {
    const [, count, gpus, model] = /^(\d{1,6})x(\d{1,3})x(.+)$/.exec(part.trim()) ?? [];
    if (count !== undefined && gpus !== undefined && model !== undefined && Number(count) > 0) {
      return { count: Number(count), gpus: Number(gpus), model };
    }
    throw badFlag(flag, part, 'write NODESxGPUSxMODEL: 4x8xH100');
  });
}

function removedOf(text: string): { readonly model: string; readonly count: number }[] {
  return text.split(',').map(part => {
    const [, count, model] = /^(\d{1,6})x(.+)$/.exec(part.trim()) ?? [];
    if (count !== undefined && model !== undefined) return { count: Number(count), model };
    throw badFlag('--remove-nodes', part, 'write NODESxMODEL: 4xT4');
  });
}

function migOf(text: string): Readonly<Record<string, readonly number[]>> {
  const entries = text.split(',').map(part => {
    const [, model, layout] = /^([^=]+)=(\dg?(?:\+\dg?)*)$/.exec(part.trim()) ?? [];
    const slices = (layout ?? '').split('+').map(slice => Number(slice.replace('g', '')));
    if (model !== undefined && slicesFit(slices)) return [model, slices] as const;
    throw badFlag('--mig', part, 'write MODEL=3g+2g+1g+1g: slices 1, 2, 3, 4 or 7, seven in all');
  });
  return Object.fromEntries(entries);
}

/** Reads `fraud=16,search=8`. */
function numbersOf(flag: string, text: string): Readonly<Record<string, number>> {
  const entries = text.split(',').map(part => {
    const [, name, value] = /^([^=]+)=(-?\d{1,9})$/.exec(part.trim()) ?? [];
    if (name !== undefined && value !== undefined) return [name, Number(value)] as const;
    throw badFlag(flag, part, 'write NAMESPACE=NUMBER, with commas between');
  });
  return Object.fromEntries(entries);
}

function badFlag(flag: string, part: string, next: string): UserError {
  return new UserError(`${flag}: "${part}" cannot be read`, {
    exitCode: exitCodes.usage,
    code: 'bad-flag',
    next,
  });
}
