/** The stacks, by the names that `spec.stack.kind` takes. */
import type { StackKind } from './stack.js';

/** Name -> stack. */
export const stacks: Readonly<Record<string, StackKind>> = {};
