/** Go's text templates between `<<` and `>>`, with the functions that Go has itself. @upstream text/template/{exec,funcs}.go */
import { goQuote } from '../../api/go-text.js';
import { isRecord } from '../../api/equality.js';
import { QueryFault } from '../../metrics/promql/fault.js';
import { filled } from '../../metrics/promql/template/fill-in.js';
import {
  knowsFunction,
  templateFunctions,
  type TemplateFunction,
} from '../../metrics/promql/template/functions.js';
import { printed } from '../../metrics/promql/template/number-text.js';
import {
  angles,
  parseTemplate,
  TemplateFault,
  type Piece,
} from '../../metrics/promql/template/syntax.js';

/** What is wrong with the configuration; it is thrown where it is read, and ends the program. */
export class RuleFault extends Error {
  override readonly name = 'RuleFault';
}

/** A template with its name, which errors tell. */
export interface TextTemplate {
  readonly name: string;
  readonly pieces: readonly Piece[];
}

const builtIn = new Set(
  'and eq ge gt html index le len lt ne not or print printf println urlquery'.split(' '),
);

/** Reads one, or says what is wrong with it. */
export function readTextTemplate(
  name: string,
  text: string,
): TextTemplate | { readonly error: string } {
  try {
    const knows = (word: string): boolean => builtIn.has(word) && knowsFunction(word);
    return { name, pieces: parseTemplate(text, knows, angles) };
  } catch (error) {
    return { error: `template: ${name}:1: ${messageOf(error)}` };
  }
}

/** Fills it in, or says what cannot be told. */
export function fillTextTemplate(
  { name, pieces }: TextTemplate,
  dot: Readonly<Record<string, unknown>>,
): string | { readonly error: string } {
  try {
    return filled(pieces, { dot, variables: {}, functions, fieldOf: fieldFor(dot) });
  } catch (error) {
    return { error: `template: ${name}:1: executing ${goQuote(name)}: ${messageOf(error)}` };
  }
}

function messageOf(error: unknown): string {
  if (error instanceof TemplateFault || error instanceof QueryFault) return error.message;
  throw error;
}

const functions: Readonly<Record<string, TemplateFunction>> = {
  ...templateFunctions({ query: () => [] }),
  index: (of, ...keys) => keys.reduce(indexed, of),
};

/** What is not in a map of texts is empty. */
function indexed(of: unknown, key: unknown): unknown {
  if (Array.isArray(of)) {
    const item = (of as readonly unknown[])[Number(key)];
    if (item !== undefined) return item;
    throw new TemplateFault(`error calling index: index out of range: ${printed(key)}`);
  }
  if (isRecord(of)) return of[String(key)] ?? '';
  throw new TemplateFault(`error calling index: can't index item ${printed(of)}`);
}

/** The arguments have no fields but their own; a map has no value for others. */
function fieldFor(dot: Readonly<Record<string, unknown>>) {
  return (value: unknown, name: string): unknown => {
    if (!isRecord(value)) {
      throw new TemplateFault(`can't evaluate field ${name} in type string`);
    }
    if (Object.hasOwn(value, name)) return value[name];
    if (value !== dot) return undefined;
    throw new TemplateFault(`can't evaluate field ${name}`);
  };
}
