import { describe, expect, it } from 'vitest';
import type { Answer } from '../../../client/contract.js';
import { shipped } from '../configuration.js';
import { ServiceStatus } from '../status.js';
import type { ComponentExtension, InferenceService } from '../types.js';
import { componentStatusOf } from './component-status.js';
import { desiredService } from './desired.js';
import { withValidInitialScale } from './initial-scale.js';

function desired(extension: ComponentExtension, annotations = {}, known = {}) {
  const labels = { a: 'b', 'networking.knative.dev/visibility': 'cluster-local' };
  const metadata = { name: 'x-predictor', namespace: 'd', labels, annotations };
  const pod = { containers: [] };
  const owner = { metadata: {} };
  return desiredService({ owner, metadata, pod, extension, configuration: shipped }, known);
}

describe('the Service of Knative of a component', () => {
  it('has what belongs to it on itself, and the rest on its revisions', () => {
    const rollout = { 'serving.knative.dev/rollout-duration': '10s' };
    const { metadata, spec } = desired({ minReplicas: 2 }, { ...rollout, own: '1' });
    expect(metadata.annotations).toEqual(rollout);
    expect(metadata.labels).toHaveProperty(['networking.knative.dev/visibility']);
    expect(spec.template?.metadata).toEqual({
      labels: { a: 'b' },
      annotations: {
        'autoscaling.knative.dev/class': 'kpa.autoscaling.knative.dev',
        'autoscaling.knative.dev/min-scale': '2',
        own: '1',
      },
    });
  });

  it('gives a canary its share, but not before something is rolled out', () => {
    const all = [{ latestRevision: true, percent: 100 }];
    expect(desired({ canaryTrafficPercent: 10 }).spec.traffic).toEqual(all);
    const known = { latestRolledoutRevision: 'x-00001' };
    const tagged = { 'serving.kserve.io/enable-tag-routing': 'true' };
    expect(desired({ canaryTrafficPercent: 10 }, tagged, known).spec.traffic).toEqual([
      { latestRevision: true, percent: 10, tag: 'latest' },
      { latestRevision: false, percent: 90, revisionName: 'x-00001', tag: 'prev' },
    ]);
    expect(desired({ canaryTrafficPercent: 100 }, {}, known).spec.traffic).toEqual(all);
  });

  it('remembers what was rolled out, and goes back to it', () => {
    const status = (revisionName: string, percent: number, more: object[] = []) => ({
      latestCreatedRevisionName: revisionName,
      latestReadyRevisionName: revisionName,
      traffic: [{ revisionName, latestRevision: true, percent }, ...more],
    });
    const first = componentStatusOf({}, status('a', 100));
    expect(first).toMatchObject({ latestRolledoutRevision: 'a' });
    const canary = componentStatusOf(first, status('b', 10));
    expect(canary).toMatchObject({ latestRolledoutRevision: 'a', latestReadyRevision: 'b' });
    const promoted = componentStatusOf(canary, status('b', 100));
    const rolledOut = { latestRolledoutRevision: 'b', previousRolledoutRevision: 'a' };
    expect(promoted).toMatchObject(rolledOut);
    const rest = { revisionName: 'b', latestRevision: false, percent: 90 };
    const back = componentStatusOf(promoted, status('b', 10, [rest]));
    expect(back).toMatchObject({ latestRolledoutRevision: 'a', previousRolledoutRevision: 'a' });
  });
});

describe('a status in Knative mode', () => {
  it('tells a model that failed from one that has no pods yet, and names what is not ready', () => {
    const status = new ServiceStatus({}, 0);
    status.pods([], { hasFailed: false, isLatestReady: false });
    expect(status.status().modelStatus?.states).toMatchObject({ targetModelState: 'Pending' });
    status.pods([], { hasFailed: true, isLatestReady: false });
    expect(status.status().modelStatus).toMatchObject({
      transitionStatus: 'BlockedByFailedLoad',
      states: { targetModelState: 'FailedToLoad' },
    });
    const failed = { type: 'RoutesReady', status: 'False', reason: 'RevisionMissing' } as const;
    status.knativeComponent('predictor', { conditions: [failed] });
    status.acrossComponents(['predictor', 'transformer']);
    expect(status.conditions.get('PredictorRouteReady')).toMatchObject({ status: 'False' });
    expect(status.conditions.get('RoutesReady')).toMatchObject({
      status: 'Unknown',
      reason: 'TransformerRouteReady not ready',
    });
  });
});

describe('an initial scale', () => {
  const key = 'autoscaling.knative.dev/initial-scale';
  const scaleLeft = (scale: string, data: Readonly<Record<string, string>>) => {
    const predictor = { containers: [] };
    const service: InferenceService = {
      metadata: { annotations: { [key]: scale } },
      spec: { predictor },
    };
    const steps = withValidInitialScale(service);
    steps.next();
    const answer: Answer = { isOk: true, status: 200, object: { metadata: {}, data } };
    const { value } = steps.next(answer);
    return (value as InferenceService).metadata.annotations?.[key];
  };

  it('of zero is dropped where Knative does not allow it, as one that is no number', () => {
    expect(scaleLeft('0', {})).toBeUndefined();
    expect(scaleLeft('0', { 'allow-zero-initial-scale': 'true' })).toBe('0');
    expect(scaleLeft('two', {})).toBeUndefined();
    expect(scaleLeft('2', {})).toBe('2');
  });
});
