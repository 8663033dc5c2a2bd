/** Lengths of ranges, steps and offsets: written ones, and arithmetic over them. */
import type { SyntaxNode } from '@lezer/common';
import type { Length, QuerySpan } from './expression.js';
import { refuseQuery } from './fault.js';
import { numberOf } from './go-text.js';

/**
 * The length of a range or a step, which is above 0.
 *
 * @throws QueryFault where it is not: at once for a written one, else when the query runs.
 */
export function lengthOf(node: SyntaxNode, text: string): Length {
  const length = readLength(node, text);
  const positive = (span: QuerySpan): number => {
    const ms = length(span);
    return ms > 0 ? ms : refuseQuery('duration must be greater than 0');
  };
  if (isWritten(node)) positive(noSpan);
  return positive;
}

/** The length of an offset, which may be below 0. */
export function offsetOf(node: SyntaxNode, text: string): Length {
  return readLength(node, text);
}

const noSpan: QuerySpan = { startMs: 0, endMs: 0, stepMs: 0 };

function isWritten(node: SyntaxNode): boolean {
  const [first, ...rest] = parts(node);
  return rest.length === 0 && first?.name === 'NumberDurationLiteralInDurationContext';
}

function parts(node: SyntaxNode): SyntaxNode[] {
  const found: SyntaxNode[] = [];
  for (let child = node.firstChild; child !== null; child = child.nextSibling) found.push(child);
  return found;
}

/** In ms. Numbers are seconds. */
function readLength(node: SyntaxNode, text: string): Length {
  const seconds = readSeconds(node, text);
  return span => {
    const told = seconds(span);
    if (!Number.isFinite(told)) return refuseQuery('duration out of range');
    return Math.round(told * 1000);
  };
}

function readSeconds(node: SyntaxNode, text: string): Length {
  const of = text.slice(node.from, node.to);
  if (node.name === 'NumberDurationLiteralInDurationContext') {
    const value = numberOf(of) ?? refuseQuery(`bad number or duration syntax: ${of}`);
    return () => value;
  }
  const inner = parts(node);
  const [first, second, third] = inner;
  if (first === undefined) return refuseQuery(`unexpected ${of}`);
  switch (first.name) {
    case 'DurationStep':
      return ({ stepMs }) => stepMs / 1000;
    case 'DurationRange':
      return ({ startMs, endMs }) => (endMs - startMs) / 1000;
    case 'DurationMinOf':
    case 'DurationMaxOf': {
      if (second === undefined || third === undefined) return refuseQuery('two lengths are wanted');
      const [a, b] = [readSeconds(second, text), readSeconds(third, text)];
      const pick = first.name === 'DurationMinOf' ? Math.min : Math.max;
      return span => pick(a(span), b(span));
    }
    case 'UnaryOp': {
      if (second === undefined) return refuseQuery('a length is missing');
      const value = readSeconds(second, text);
      return text.slice(first.from, first.to) === '-' ? span => -value(span) : value;
    }
    default:
      return inner.length < 3 || second === undefined || third === undefined
        ? readSeconds(first, text)
        : reckoned(second.name, readSeconds(first, text), readSeconds(third, text));
  }
}

function reckoned(operator: string, a: Length, b: Length): Length {
  const divisor = (span: QuerySpan): number => b(span) || refuseQuery('division by zero');
  switch (operator) {
    case 'Add':
      return span => a(span) + b(span);
    case 'Sub':
      return span => a(span) - b(span);
    case 'Mul':
      return span => a(span) * b(span);
    case 'Div':
      return span => a(span) / divisor(span);
    case 'Mod':
      return span => a(span) % divisor(span);
    case 'Pow':
      return span => a(span) ** b(span);
    default:
      return refuseQuery(`unexpected operator ${operator} in a duration`);
  }
}
