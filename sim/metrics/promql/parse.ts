/** Reads PromQL, by Prometheus' own grammar (`@prometheus-io/lezer-promql`), into an expression. */
import type { SyntaxNode } from '@lezer/common';
import { parser } from '@prometheus-io/lezer-promql';
import { checkType } from './check.js';
import { withCounted } from './counted.js';
import type {
  Aggregation,
  Binary,
  Expression,
  Matching,
  Moved,
  RangeEnds,
  Selector,
} from './expression.js';
import { refuseQuery } from './fault.js';
import { numberOf, unquoted } from './go-text.js';
import { nameLabel } from './labels.js';
import { lengthOf, offsetOf } from './lengths.js';
import { matcher, type Matcher, type MatchOperator } from './matcher.js';

/**
 * Parses a query and checks its types.
 *
 * @throws QueryFault for what Prometheus would refuse.
 */
export function parseQuery(written: string): Expression {
  const text = completed(written);
  const tree = parser.parse(disguised(text));
  refuseErrors(tree.topNode, text);
  const [top] = partsOf(tree.topNode);
  if (top === undefined) return refuseQuery('no expression found in input');
  const expression = new Reader(text).expression(top);
  checkType(expression);
  return text.includes('histogram_') ? withCounted(expression) : expression;
}

const quoted = /("(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|`[^`]*`)/;

/** What the grammar lacks: a number that ends in its point, and functions in capitals. */
function completed(text: string): string {
  return text
    .split(quoted)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      const lower = part.replaceAll(/\b(?:step|range|min_of|max_of)(?=\s*\()/gi, name =>
        name.toLowerCase(),
      );
      return lower.replaceAll(/(?<![\w.])(\d+)\.(?![\d.])/g, '$1.0');
    })
    .join('');
}

/**
 * The grammar knows `min_of` and `max_of` in lengths only. Elsewhere they are shown to it under the name of
 * another function that is as long; what they are called is read from the text itself.
 */
function disguised(text: string): string {
  let depth = 0;
  return text
    .split(quoted)
    .map((part, index) => {
      if (index % 2 === 1) return part;
      return part.replaceAll(/[[\]]|\b(?:min_of|max_of)(?=\s*\()/g, (found, at: number) => {
        if (found === '[') depth++;
        if (found === ']') depth--;
        const isLength = depth > 0 || isInOffset(part.slice(0, at));
        return found.length === 1 || isLength ? found : 'minute';
      });
    })
    .join('');
}

/** Whether what follows is part of an offset's length. */
function isInOffset(before: string): boolean {
  const tail = /^.*\boffset([\s\S]*)$/is.exec(before)?.[1];
  if (tail === undefined) return false;
  if (/^[-+\s]*$/.test(tail)) return true;
  const opened = tail.split('(').length - tail.split(')').length;
  return opened > 0 && /^[-+\s]*(?:(?:min|max)_of\s*)?\(/.test(tail);
}

function refuseErrors(top: SyntaxNode, text: string): void {
  const cursor = top.cursor();
  do {
    if (!cursor.type.isError) continue;
    const line = text.slice(0, cursor.from).split('\n');
    const at = `${line.length}:${(line.at(-1) ?? '').length + 1}`;
    const rest = text.slice(cursor.from, Math.max(cursor.to, cursor.from + 12)).trim();
    refuseQuery(rest === '' ? `${at}: unexpected end of input` : `${at}: unexpected ${rest}`);
  } while (cursor.next());
}

/** Comments stand anywhere. */
function partsOf(node: SyntaxNode): SyntaxNode[] {
  const parts: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) {
    if (child.name !== 'LineComment') parts.push(child);
  }
  return parts;
}

/** Reads nodes of one text. */
class Reader {
  constructor(private readonly text: string) {}

  expression(node: SyntaxNode): Expression {
    const parts = partsOf(node);
    switch (node.name) {
      case 'NumberDurationLiteral':
        return { kind: 'number', value: this.number(node) };
      case 'StringLiteral':
        return { kind: 'string', value: unquoted(this.of(node)) };
      case 'VectorSelector':
        return this.selector(parts);
      case 'ParenExpr':
        return { kind: 'paren', inner: this.only(parts) };
      case 'UnaryExpr':
        return this.unary(parts);
      case 'MatrixSelector':
        return this.matrix(parts);
      case 'SubqueryExpr':
        return this.subquery(parts);
      case 'OffsetExpr':
        return this.offset(parts);
      case 'StepInvariantExpr':
        return this.at(parts);
      case 'AnchoredExpr':
      case 'SmoothedExpr': {
        const ends = node.name === 'AnchoredExpr' ? 'anchored' : 'smoothed';
        return onLast(this.only(parts), inner => withEnds(inner, ends));
      }
      case 'FunctionCall':
        return this.call(parts);
      case 'AggregateExpr':
        return this.aggregation(parts);
      case 'BinaryExpr':
        return this.binary(parts);
      default:
        return refuseQuery(`unexpected ${this.of(node)}`);
    }
  }

  private of(node: SyntaxNode): string {
    return this.text.slice(node.from, node.to);
  }

  private only(parts: readonly SyntaxNode[]): Expression {
    const [first] = parts;
    return first === undefined ? refuseQuery('an expression is missing') : this.expression(first);
  }

  private number(node: SyntaxNode): number {
    const text = this.of(node);
    return numberOf(text) ?? refuseQuery(`bad number or duration syntax: ${JSON.stringify(text)}`);
  }

  private selector(parts: readonly SyntaxNode[], mayMatchAll = false): Selector {
    const identifier = parts.find(({ name }) => name === 'Identifier');
    const matchers = parts
      .filter(({ name }) => name === 'LabelMatchers')
      .flatMap(node => partsOf(node).map(one => this.matcher(one)));
    if (identifier !== undefined) {
      if (matchers.some(({ name }) => name === nameLabel)) {
        refuseQuery(`metric name must not be set twice: ${this.of(identifier)}`);
      }
      matchers.push(matcher(nameLabel, '=', this.of(identifier)));
    }
    // The empty value matches series without the label: all of them, if nothing else is asked for.
    if (!mayMatchAll && matchers.every(one => one.matches(''))) {
      refuseQuery('vector selector must contain at least one non-empty matcher');
    }
    return { kind: 'selector', matchers };
  }

  private matcher(node: SyntaxNode): Matcher {
    const [first, operator, value] = partsOf(node);
    if (node.name === 'QuotedLabelName') {
      return matcher(nameLabel, '=', unquoted(this.of(node)));
    }
    if (first === undefined || operator === undefined || value === undefined) {
      return refuseQuery(`unexpected ${this.of(node)}`);
    }
    // The grammar has just these four operators here.
    return matcher(this.label(first), this.of(operator) as MatchOperator, unquoted(this.of(value)));
  }

  private label(node: SyntaxNode): string {
    const text = this.of(node);
    return node.name === 'QuotedLabelName' ? unquoted(text) : text;
  }

  private labels(node: SyntaxNode | undefined): readonly string[] {
    return node === undefined ? [] : partsOf(node).map(one => this.label(one));
  }

  private unary(parts: readonly SyntaxNode[]): Expression {
    const [operator, inner] = parts;
    if (operator === undefined || inner === undefined) return refuseQuery('an operand is missing');
    const expression = this.expression(inner);
    return this.of(operator) === '-' ? { kind: 'negated', inner: expression } : expression;
  }

  private matrix([inner, range]: readonly SyntaxNode[]): Expression {
    if (inner === undefined || range === undefined) return refuseQuery('a range is missing');
    const length = lengthOf(range, this.text);
    return onLast(this.expression(inner), selector => {
      if (selector.kind !== 'selector') {
        return refuseQuery('ranges only allowed for vector selectors');
      }
      if (selector.offset !== undefined || selector.at !== undefined) {
        return refuseQuery('no offset or @ modifiers allowed before range');
      }
      return { kind: 'matrix', selector, range: length };
    });
  }

  private subquery([inner, range, step]: readonly SyntaxNode[]): Expression {
    if (inner === undefined || range === undefined) return refuseQuery('a range is missing');
    const lengths = {
      range: lengthOf(range, this.text),
      ...(step !== undefined && { step: lengthOf(step, this.text) }),
    };
    return onLast(this.expression(inner), own => ({ kind: 'subquery', inner: own, ...lengths }));
  }

  private offset(parts: readonly SyntaxNode[]): Expression {
    const length = parts.find(({ name }) => name === 'OffsetDurationExpr');
    if (length === undefined) return refuseQuery('an offset is missing');
    const offset = offsetOf(length, this.text);
    return onLast(this.only(parts), inner => moved(inner, { offset }));
  }

  private at(parts: readonly SyntaxNode[]): Expression {
    const named = parts.find(({ name }) => name === 'AtModifierPreprocessors');
    const inner = this.only(parts);
    if (named !== undefined) {
      const at = this.of(named).startsWith('start') ? 'start' : 'end';
      return onLast(inner, own => moved(own, { at }));
    }
    const told = parts.at(-1);
    const seconds = told === undefined ? NaN : this.number(told);
    if (!Number.isFinite(seconds)) return refuseQuery(`timestamp out of bounds: ${seconds}`);
    return onLast(inner, own => moved(own, { at: Math.round(seconds * 1000) }));
  }

  private call([name, body]: readonly SyntaxNode[]): Expression {
    if (name === undefined || body === undefined) return refuseQuery('arguments are missing');
    const given = partsOf(body).map((one, index) =>
      // The labels that info() is to add, among series that are known.
      this.of(name) === 'info' && index === 1 && one.name === 'VectorSelector'
        ? this.selector(partsOf(one), true)
        : this.expression(one),
    );
    return { kind: 'call', name: this.of(name), arguments: given };
  }

  private aggregation(parts: readonly SyntaxNode[]): Aggregation {
    const [operator] = parts;
    const modifier = parts.find(({ name }) => name === 'AggregateModifier');
    const body = parts.find(({ name }) => name === 'FunctionCallBody');
    const given = body === undefined ? [] : partsOf(body).map(one => this.expression(one));
    const name = operator === undefined ? '' : this.of(operator).toLowerCase();
    const wanted = parametric.has(name) ? 2 : 1;
    const [first, second] = given;
    const inner = wanted === 2 ? second : first;
    if (given.length !== wanted || inner === undefined) {
      return refuseQuery(
        'wrong number of arguments for aggregate expression provided, ' +
          `expected ${wanted}, got ${given.length}`,
      );
    }
    const [word, list] = modifier === undefined ? [] : partsOf(modifier);
    return {
      kind: 'aggregation',
      operator: name,
      labels: this.labels(list),
      isWithout: word?.name === 'Without',
      ...(wanted === 2 && first !== undefined && { parameter: first }),
      inner,
    };
  }

  private binary(parts: readonly SyntaxNode[]): Expression {
    const [first, operator] = parts;
    const last = parts.at(-1);
    if (first === undefined || operator === undefined || last === undefined) {
      return refuseQuery('an operand is missing');
    }
    const told: Binary = {
      kind: 'binary',
      operator: this.of(operator).toLowerCase(),
      left: this.expression(first),
      right: this.expression(last),
      isBool: parts.some(({ name }) => name === 'BoolModifier'),
      matching: this.matching(parts),
    };
    return signedLast(told, /^[-+]/.test(this.of(first)) && first.name === 'NumberDurationLiteral');
  }

  private matching(parts: readonly SyntaxNode[]): Matching {
    const clause = parts.find(({ name }) => name === 'MatchingModifierClause');
    const told = clause === undefined ? [] : partsOf(clause);
    const lists = told.filter(({ name }) => name === 'GroupingLabels');
    const has = (name: string) => told.some(one => one.name === name);
    let group: Matching['group'] = 'none';
    if (has('GroupLeft')) group = 'left';
    if (has('GroupRight')) group = 'right';
    return {
      isOn: has('On'),
      labels: this.labels(lists[0]),
      group,
      include: this.labels(lists[1]),
      fill: this.fill(parts.find(({ name }) => name === 'FillModifier')),
    };
  }

  private fill(modifier: SyntaxNode | undefined): Matching['fill'] {
    const fill: { left?: number; right?: number } = {};
    for (const clause of modifier === undefined ? [] : partsOf(modifier)) {
      const told = partsOf(clause).find(({ name }) => name === 'NumberDurationLiteral');
      const value = told === undefined ? NaN : this.number(told);
      if (clause.name !== 'FillRightClause') fill.left = value;
      if (clause.name !== 'FillLeftClause') fill.right = value;
    }
    return fill;
  }
}

/** Aggregations that take a parameter before what they aggregate. */
const parametric: ReadonlySet<string> = new Set([
  'topk',
  'bottomk',
  'quantile',
  'count_values',
  'limitk',
  'limit_ratio',
]);

/** The grammar takes the sign for a part of the number; a power binds tighter: -2^2 is -4. */
function signedLast(told: Binary, isSigned: boolean): Expression {
  const { left } = told;
  if (!isSigned || told.operator !== '^' || left.kind !== 'number') return told;
  const isNegative = left.value < 0 || Object.is(left.value, -0);
  const power: Binary = { ...told, left: { kind: 'number', value: Math.abs(left.value) } };
  return isNegative ? { kind: 'negated', inner: power } : power;
}

/**
 * What stands behind an operand belongs to it alone; the grammar gives it to all that is before it.
 * A parenthesis is a node of its own, so that nothing reaches into it.
 */
function onLast(expression: Expression, change: (last: Expression) => Expression): Expression {
  switch (expression.kind) {
    case 'binary':
      return { ...expression, right: onLast(expression.right, change) };
    case 'negated':
      return { ...expression, inner: onLast(expression.inner, change) };
    default:
      return change(expression);
  }
}

/** Moves what can be moved: once by an offset, once by a time. */
function moved(expression: Expression, by: Moved): Expression {
  switch (expression.kind) {
    case 'matrix': {
      const selector = moved(expression.selector, by);
      return selector.kind === 'selector' ? { ...expression, selector } : expression;
    }
    case 'selector':
    case 'subquery':
      if (by.offset !== undefined && expression.offset !== undefined) {
        refuseQuery('offset may not be set multiple times');
      }
      if (by.at !== undefined && expression.at !== undefined) {
        refuseQuery('@ <timestamp> may not be set multiple times');
      }
      return { ...expression, ...by };
    default:
      return refuseQuery(
        `${by.at === undefined ? 'offset' : '@'} modifier must be preceded by an instant ` +
          'vector selector or range vector selector or a subquery',
      );
  }
}

function withEnds(expression: Expression, ends: RangeEnds): Expression {
  if (expression.kind === 'matrix') {
    const selector = withEnds(expression.selector, ends);
    return selector.kind === 'selector' ? { ...expression, selector } : expression;
  }
  if (expression.kind === 'subquery') {
    return refuseQuery(`${ends} modifier is not supported for subqueries`);
  }
  if (expression.kind !== 'selector') return refuseQuery(`${ends} modifier not implemented`);
  if (expression.ends !== undefined && expression.ends !== ends) {
    return refuseQuery('anchored and smoothed modifiers cannot be used together');
  }
  return { ...expression, ends };
}
