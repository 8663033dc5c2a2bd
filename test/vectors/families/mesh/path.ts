/** Replays a case of path normalization. */
import { normalizePath } from '../../../../sim/network/mesh/path.js';
import type { PathNormalization } from '../../../../sim/network/mesh/request.js';

/** A path before and after. */
export interface PathCase {
  readonly id: string;
  readonly mode: PathNormalization;
  readonly in: string;
  readonly out: string;
}

/** The difference, if there is one. */
export function replayPath({ mode, in: given, out }: PathCase): string | undefined {
  const ours = normalizePath(mode, given);
  return ours === out ? undefined : `${mode} ${given}: expected ${out}, got ${String(ours)}`;
}
