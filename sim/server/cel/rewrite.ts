/**
 * Changes of the syntax tree before planning: objects of mutations (`Object{...}`, `JSONPatch{...}`) become
 * maps, as they are dynamic; selects on what is optional stay optional.
 */
import type { parse } from '@bufbuild/cel';
import { selectCall } from './optional.js';

type Expr = ReturnType<typeof parse>['expr'];

/** The tree with the changes; it is changed in place, as it was made for us. */
export function rewritten(expr: Expr): Expr {
  visit(expr);
  return expr;
}

function visit(expr: Expr | undefined): void {
  if (expr === undefined) return;
  const { exprKind } = expr;
  switch (exprKind.case) {
    case 'selectExpr':
      visit(exprKind.value.operand);
      chainSelect(expr);
      break;
    case 'callExpr':
      visit(exprKind.value.target);
      exprKind.value.args.forEach(visit);
      break;
    case 'listExpr':
      exprKind.value.elements.forEach(visit);
      break;
    case 'structExpr':
      structToMap(expr);
      break;
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      [iterRange, accuInit, loopCondition, loopStep, result].forEach(visit);
      break;
    }
  }
}

/** `a.?b.c` is `a.?b.?c`. */
function chainSelect(expr: Expr): void {
  if (expr.exprKind.case !== 'selectExpr') return;
  const { operand, field, testOnly } = expr.exprKind.value;
  if (testOnly || !isOptional(operand)) return;
  const name = {
    $typeName: 'cel.expr.Constant',
    constantKind: { case: 'stringValue', value: field },
  };
  const argument = {
    $typeName: 'cel.expr.Expr',
    id: expr.id,
    exprKind: { case: 'constExpr', value: name },
  };
  const call = {
    $typeName: 'cel.expr.Expr.Call',
    target: operand,
    function: selectCall,
    args: [argument],
  };
  expr.exprKind = { case: 'callExpr', value: call as never };
}

function isOptional(expr: Expr | undefined): boolean {
  return expr?.exprKind.case === 'callExpr' && expr.exprKind.value.function === selectCall;
}

function structToMap(expr: Expr): void {
  if (expr.exprKind.case !== 'structExpr') return;
  const struct = expr.exprKind.value;
  for (const entry of struct.entries) {
    visit(entry.value);
    if (entry.keyKind.case === 'mapKey') visit(entry.keyKind.value);
    else if (entry.keyKind.case === 'fieldKey' && isDynamic(struct.messageName)) {
      const value = entry.keyKind.value;
      const name = { $typeName: 'cel.expr.Constant', constantKind: { case: 'stringValue', value } };
      const key = {
        $typeName: 'cel.expr.Expr',
        id: entry.id,
        exprKind: { case: 'constExpr', value: name },
      };
      entry.keyKind = { case: 'mapKey', value: key as never };
    }
  }
  if (isDynamic(struct.messageName)) struct.messageName = '';
}

function isDynamic(name: string): boolean {
  return name === 'Object' || name === 'JSONPatch' || name.startsWith('Object.');
}
