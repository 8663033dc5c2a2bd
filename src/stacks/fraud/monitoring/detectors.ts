/** Finds detectors by the names that the drift monitor's configuration gives. */
import { exitCodes, UserError, didYouMean } from '../../../input/errors.js';
import { batchDetectorKinds } from '../../../drift/batch/index.js';
import type { BatchDetectorKind, StreamDetectorKind } from '../../../drift/detector.js';
import { streamDetectorKinds } from '../../../drift/streaming/index.js';

/** What `streamDetector` knows. */
export const streamDetectorNames: readonly string[] = streamDetectorKinds.map(({ name }) => name);

/** What `batchDetector` knows. */
export const batchDetectorNames: readonly string[] = batchDetectorKinds.map(({ name }) => name);

/** The streaming detector of this name. */
export function streamDetector(name: string): StreamDetectorKind {
  return named(name, streamDetectorKinds);
}

/** The detector of this name that compares samples. */
export function batchDetector(name: string): BatchDetectorKind {
  return named(name, batchDetectorKinds);
}

function named<T extends { readonly name: string }>(name: string, kinds: readonly T[]): T {
  const found = kinds.find(kind => kind.name === name);
  if (found !== undefined) return found;
  const names = kinds.map(kind => kind.name);
  const near = didYouMean(name, names);
  throw new UserError(`there is no drift detector ${name}`, {
    exitCode: exitCodes.usage,
    code: 'unknown-detector',
    next: near === undefined ? `there are: ${names.join(', ')}` : `did you mean ${near}?`,
  });
}
