/** Where the traces lie: in the folder of vectors, in it as `traces`, or beside it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** The folders of expectations and of inputs; held-out expectations may come without inputs. */
export interface Traces {
  readonly folder: string;
  /** Looked through in this order. */
  readonly inputs: readonly string[];
}

/** A case that can be replayed; undefined is a pass. */
export interface AllocationCase {
  readonly id: string;
  replay(): { readonly failed: string } | { readonly skipped: string } | undefined;
}

const marks = ['golden', 'expected', 'mini', 'order'];
const isTraces = (folder: string): boolean => marks.some(mark => existsSync(join(folder, mark)));

/** The traces that belong to a folder of vectors; undefined when there are none. */
export function tracesAt(folder: string): Traces | undefined {
  const near = ['.', 'traces', '../traces', '../../traces'].map(path => join(folder, path));
  const found = near.find(isTraces);
  if (found === undefined) return undefined;
  return { folder: found, inputs: [found, '../shared/traces'] };
}

/** The first of the input folders that has this file. */
export function inputOf({ inputs }: Traces, file: string): string | undefined {
  return inputs.map(folder => join(folder, file)).find(existsSync);
}
