/** The stacks, by the names that `spec.stack.kind` takes. */
import { fraudStack } from './fraud/index.js';
import type { StackKind } from './stack.js';

/** Name -> stack. */
export const stacks: Readonly<Record<string, StackKind>> = { [fraudStack.name]: fraudStack };
