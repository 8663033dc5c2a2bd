/** What expressions are made of. @upstream expr-lang/expr ast/node.go */
import type { Value } from './value.js';

/** One part of an expression. */
export type Node =
  | { readonly kind: 'constant'; readonly value: Value }
  | { readonly kind: 'name'; readonly name: string }
  /** `#`, or `#acc` with a name: what a condition on items is about. */
  | { readonly kind: 'item'; readonly name: string }
  | { readonly kind: 'unary'; readonly operator: string; readonly of: Node }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: 'choice'; readonly condition: Node; readonly yes: Node; readonly no: Node }
  | {
      readonly kind: 'member';
      readonly of: Node;
      readonly name: Node;
      readonly isOptional: boolean;
    }
  /** An end of what may be absent: `a?.b.c` is nil as a whole. */
  | { readonly kind: 'chain'; readonly of: Node }
  | {
      readonly kind: 'slice';
      readonly of: Node;
      readonly from: Node | undefined;
      readonly to: Node | undefined;
    }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [name: Node, value: Node])[] }
  /** A function of the language. The arguments that are conditions on items are not evaluated before. */
  | { readonly kind: 'builtin'; readonly name: string; readonly args: readonly Node[] }
  | { readonly kind: 'call'; readonly callee: Node; readonly args: readonly Node[] }
  | { readonly kind: 'let'; readonly name: string; readonly value: Node; readonly in: Node }
  | { readonly kind: 'sequence'; readonly all: readonly Node[] };

/** The parts that a part has. */
export function partsOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case 'unary':
    case 'chain':
      return [node.of];
    case 'binary':
      return [node.left, node.right];
    case 'choice':
      return [node.condition, node.yes, node.no];
    case 'member':
      return [node.of, node.name];
    case 'slice':
      return [node.of, node.from, node.to].filter(part => part !== undefined);
    case 'list':
      return node.items;
    case 'map':
      return node.pairs.flat();
    case 'builtin':
      return node.args;
    case 'call':
      return [node.callee, ...node.args];
    case 'let':
      return [node.value, node.in];
    case 'sequence':
      return node.all;
    default:
      return [];
  }
}
