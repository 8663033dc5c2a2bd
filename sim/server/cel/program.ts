/**
 * Expressions of CEL, compiled once and run with variables. Gaps that the parser leaves: `cel.bind`,
 * two-variable comprehensions, optMap; there is no type checker and no cost limit.
 */
import {
  celEnv,
  isCelError,
  parse,
  plan,
  type CelFunc,
  type CelInput,
  type CelValue,
} from '@bufbuild/cel';
import { strings } from '@bufbuild/cel/ext';
import { RE2JS } from 're2js';
import { kubernetesFunctions } from './functions.js';
import { withoutOptionalSyntax } from './optional.js';
import { rewritten } from './rewrite.js';

/** What came of an expression. */
export type CelOutcome = { readonly value: CelValue } | { readonly error: string };

/** Variables by name. */
export type CelVariables = Readonly<Record<string, CelInput>>;

/** A compiled expression, or why it does not compile. */
export type Program =
  { readonly run: (variables: CelVariables) => CelOutcome } | { readonly error: string };

const environment = celEnv({
  funcs: [...strings, ...kubernetesFunctions] as CelFunc[],
  re2: { compile: pattern => ({ test: text => RE2JS.compile(pattern).matcher(text).find() }) },
});

const programsMax = 4096;
const programs = new Map<string, Program>();

/** Compiles the expression; the same text gives the same program. */
export function compile(text: string): Program {
  const known = programs.get(text);
  if (known !== undefined) return known;
  if (programs.size >= programsMax) programs.clear();
  const program = compiled(text);
  programs.set(text, program);
  return program;
}

function compiled(text: string): Program {
  try {
    const parsed = parse(withoutOptionalSyntax(text));
    const run = plan(environment, rewritten(parsed.expr));
    return {
      run(variables) {
        const result = run(variables);
        return isCelError(result) ? { error: upstreamError(result.message) } : { value: result };
      },
    };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Runs the expression; an expression that does not compile gives its error. */
export function evaluate(text: string, variables: CelVariables): CelOutcome {
  const program = compile(text);
  return 'error' in program ? program : program.run(variables);
}

const translations: readonly (readonly [RegExp, string])[] = [
  [/^field not found: (.*)$/, 'no such key: $1'],
  [/^(?:int|uint) divide by zero$/, 'division by zero'],
  [/^(?:int|uint) modulus by zero$/, 'modulus by zero'],
  [/^index (-?\d+) out of bounds.*$/, 'index out of bounds: $1'],
  [/^found no matching overload for .*$/, 'no such overload'],
  [/^unresolved attribute.*$/, 'no such attribute(s)'],
  [/^Cannot convert (.*) to a BigInt$/, 'strconv.ParseInt: parsing "$1": invalid syntax'],
];

/** The error as cel-go tells it. */
function upstreamError(message: string): string {
  for (const [pattern, text] of translations) {
    if (pattern.test(message)) return message.replace(pattern, text);
  }
  return message;
}
