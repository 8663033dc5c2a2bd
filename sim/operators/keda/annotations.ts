/** What annotations ask of KEDA. @upstream kedacore/keda v2.20.2 apis/keda/v1alpha1/scaledobject_types.go */
import type { HasMetadata } from '../../api/object.js';

const prefix = 'autoscaling.keda.sh';

/** The keys of annotations and labels. */
export const keys = {
  paused: `${prefix}/paused`,
  pausedReplicas: `${prefix}/paused-replicas`,
  pausedScaleIn: `${prefix}/paused-scale-in`,
  pausedScaleOut: `${prefix}/paused-scale-out`,
  forceActivation: `${prefix}/force-activation`,
  owner: 'scaledobject.keda.sh/name',
  transfer: 'scaledobject.keda.sh/transfer-hpa-ownership',
  excludedLabels: 'scaledobject.keda.sh/hpa-excluded-labels',
  hpaOwnership: 'validations.keda.sh/hpa-ownership',
  job: 'scaledjob.keda.sh/name',
  jobGeneration: 'scaledjob.keda.sh/generation',
  jobExcludedLabels: 'scaledjob.keda.sh/job-excluded-labels',
  finalizer: 'finalizer.keda.sh',
} as const;

/** The texts that Go's strconv.ParseBool takes for false; what is neither counts as true here. */
const falses = new Set(['0', 'f', 'F', 'false', 'FALSE', 'False']);

function valueOf({ metadata }: HasMetadata, key: string): string | undefined {
  return metadata.annotations?.[key];
}

function isSet(object: HasMetadata, key: string): boolean {
  const value = valueOf(object, key);
  return value !== undefined && !falses.has(value);
}

/** Whether it is to stand still. */
export function isToPause(object: HasMetadata): boolean {
  return valueOf(object, keys.pausedReplicas) !== undefined || isSet(object, keys.paused);
}

/** The same of ScaledJobs, which have no replicas to stand still at. */
export function isJobToPause(object: HasMetadata): boolean {
  return isSet(object, keys.paused);
}

/** Whether an annotation about standing still is there, whatever it says. */
export function hasPause(object: HasMetadata): boolean {
  return [keys.paused, keys.pausedReplicas].some(key => valueOf(object, key) !== undefined);
}

/** Whether it must not become smaller. */
export function isScaleInPaused(object: HasMetadata): boolean {
  return isSet(object, keys.pausedScaleIn);
}

/** Whether it must not become larger. */
export function isScaleOutPaused(object: HasMetadata): boolean {
  return isSet(object, keys.pausedScaleOut);
}

/** Whether it counts as active in any case. */
export function isForced(object: HasMetadata): boolean {
  return isSet(object, keys.forceActivation);
}

/** At how many replicas it is to stand still; undefined: at those it has; or Go's error. */
export function pausedReplicas(object: HasMetadata): number | undefined | { error: string } {
  const text = valueOf(object, keys.pausedReplicas);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^[+-]?[0-9]+$/.test(text)) {
    return { error: `strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax` };
  }
  if (number > 2 ** 31 - 1 || number < -(2 ** 31)) {
    return { error: `strconv.ParseInt: parsing ${JSON.stringify(text)}: value out of range` };
  }
  return number;
}

/** The annotations of which a change is looked at. */
export const watchedAnnotations = [
  keys.paused,
  keys.pausedReplicas,
  keys.pausedScaleIn,
  keys.pausedScaleOut,
  keys.forceActivation,
];
