/**
 * Expressions of CEL: read, checked, and made into programs.
 * @upstream cel-go/cel/env.go, apiserver/pkg/cel/environment/base.go
 */
import type { Issue } from './ast.js';
import { checkExpr, type CelScope } from './check.js';
import { estimatedCost, type SizeAt } from './estimate.js';
import { planExpr, type Run } from './interpret.js';
import { instantiationError, literalIssues } from './literals.js';
import { parseCel } from './parse.js';
import type { Range } from './size.js';
import { dynType, type CelType } from './types.js';

/** An expression that can be run. */
export interface CelProgram {
  /** The type of its value. */
  readonly type: CelType;
  /** The variables that it names. */
  readonly references: ReadonlySet<string>;
  readonly run: Run;
  /** What running it may cost. */
  readonly estimate: (sizeAt: SizeAt) => Range;
}

/** A program, or the errors of the text as cel-go prints them. `isLate`: it compiles, but cannot be run. */
export type Compiled = CelProgram | { readonly error: string; readonly isLate?: true };

/** The most that running one expression may cost. @upstream apiserver/pkg/apis/cel/config.go PerCallLimit */
export const callCostMax = 1_000_000;

/** Compiles the text for the scope. */
export function compileCel(text: string, scope: CelScope): Compiled {
  const parsed = parseCel(text, scope.hasBindings);
  if ('issues' in parsed) return { error: printedIssues(text, parsed.issues) };
  const { expr } = parsed;
  const checked = checkExpr(expr, scope);
  const issues = checked.issues.length > 0 ? checked.issues : literalIssues(expr, checked);
  if (issues.length > 0) return { error: printedIssues(text, issues) };
  const late = instantiationError(expr);
  if (late !== undefined) return { error: `program instantiation failed: ${late}`, isLate: true };
  let run: Run | undefined;
  return {
    type: checked.type,
    references: checked.references,
    run: (variables, costMax) => (run ??= planExpr(expr, checked))(variables, costMax),
    estimate: sizeAt => estimatedCost(expr, checked, sizeAt),
  };
}

/** A scope of variables of any type. */
export function dynamicScope(...names: readonly string[]): CelScope {
  const variables = new Map(names.map(name => [name, dynType] as const));
  return { variables, fields: () => undefined };
}

/** Errors with the line that they are about, and an arrow below it. @upstream cel-go/common/error.go */
function printedIssues(text: string, issues: readonly Issue[]): string {
  return issues.map(issue => printedIssue(text, issue)).join('\n');
}

function printedIssue(text: string, { offset, message }: Issue): string {
  if (offset < 0) return `ERROR: <input>:-1:0: ${message}`;
  // Nothing has no first column, and no line to show.
  if (text === '') return `ERROR: <input>:1:0: ${message}`;
  const characters = [...text];
  const before = characters.slice(0, offset);
  const line = before.filter(character => character === '\n').length;
  const column = before.length - (before.lastIndexOf('\n') + 1);
  const shown = [...(text.split('\n')[line] ?? '').replaceAll('\t', ' ')];
  const dots = Array.from({ length: column }, (_, at) => (isWide(shown[at]) ? '\uff0e' : '.'));
  const arrow = isWide(shown[column]) ? '\uff3e' : '^';
  return `ERROR: <input>:${line + 1}:${column + 1}: ${message}\n | ${shown.join('')}\n | ${dots.join('')}${arrow}`;
}

/** Characters that take more than one byte are shown wide. */
function isWide(character: string | undefined): boolean {
  return (character?.codePointAt(0) ?? 0) > 0x7f;
}
