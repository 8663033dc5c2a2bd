/** The Service of Knative that a component is to be. @upstream kserve v0.20.0 reconcilers/knative/ksvc_reconciler.go */
import type { KnativeService, RevisionSpec, TrafficTarget } from '../../knative/types.js';
import { classes } from '../../knative/keys.js';
import type { ComponentParts } from '../component-parts.js';
import { keys } from '../keys.js';
import type { ComponentExtension, ComponentStatus } from '../types.js';

type Texts = Readonly<Record<string, string>>;

const autoscaling = 'autoscaling.knative.dev';
/** What belongs to the Service, and not to its revisions. */
export const ownAnnotations: readonly string[] = [
  'serving.knative.dev/rollout-duration',
  'serving.knative.openshift.io/enablePassthrough',
];
/** Labels that revisions do not get. */
const notOfRevisions = ['networking.knative.dev/visibility'];

/** Whether revisions get a label of what they are made from. */
export function isOfRevision(key: string): boolean {
  return !notOfRevisions.includes(key);
}

/** The Service as it should be, by what was rolled out before. */
export function desiredService(parts: ComponentParts, known: ComponentStatus): KnativeService {
  const { metadata, pod, extension } = parts;
  const annotations = scaledByKnative(metadata.annotations ?? {}, extension);
  const { labels = {}, ...named } = metadata;
  const isOwn = (key: string): boolean => ownAnnotations.includes(key);
  const template = {
    labels: only(labels, isOfRevision),
    annotations: only(annotations, key => !isOwn(key)),
  };
  return {
    metadata: { ...named, labels, annotations: only(annotations, isOwn) },
    spec: {
      template: { metadata: template, spec: { ...requestsOf(extension), ...pod } },
      traffic: trafficOf(extension, known, annotations[keys.tagRouting] === 'true'),
    },
  };
}

/** Upstream sets the same limit to a whole request and to the start of its answer. */
function requestsOf({ timeout, containerConcurrency }: ComponentExtension): RevisionSpec {
  return {
    ...(timeout !== undefined && {
      timeoutSeconds: timeout,
      responseStartTimeoutSeconds: timeout,
    }),
    ...(containerConcurrency !== undefined && { containerConcurrency }),
  };
}

/** With the annotations by which Knative scales; a class of the user's own stays. */
export function scaledByKnative(annotations: Texts, extension: ComponentExtension): Texts {
  const { scaleTarget, scaleMetric, minReplicas = 1, maxReplicas = 0 } = extension;
  return {
    [`${autoscaling}/class`]: classes.kpa,
    ...annotations,
    ...(scaleTarget !== undefined && { [`${autoscaling}/target`]: String(scaleTarget) }),
    ...(scaleMetric !== undefined && { [`${autoscaling}/metric`]: scaleMetric }),
    [`${autoscaling}/min-scale`]: String(minReplicas),
    ...(maxReplicas !== 0 && { [`${autoscaling}/max-scale`]: String(maxReplicas) }),
  };
}

/** A canary gets its share once something is rolled out that can take the rest. */
function trafficOf(
  { canaryTrafficPercent: share }: ComponentExtension,
  { latestRolledoutRevision: before = '' }: ComponentStatus,
  isTagged: boolean,
): readonly TrafficTarget[] {
  const isSplit = share !== undefined && before !== '';
  const latest: TrafficTarget = {
    ...(isTagged && { tag: 'latest' }),
    latestRevision: true,
    percent: isSplit ? share : 100,
  };
  if (!isSplit || share >= 100) return [latest];
  return [
    latest,
    { tag: 'prev', revisionName: before, latestRevision: false, percent: 100 - share },
  ];
}

function only(texts: Texts, isWanted: (key: string) => boolean): Texts {
  return Object.fromEntries(Object.entries(texts).filter(([key]) => isWanted(key)));
}
