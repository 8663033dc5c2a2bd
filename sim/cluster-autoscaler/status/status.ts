/** What the autoscaler tells of itself in its ConfigMap. @upstream clusterstate/api/types.go, clusterstate.go GetStatus */
import { isGroupHealthy } from '../scale-up/group-readiness.js';
import type { Node } from '../../api/kinds/core.js';
import type { ClusterState } from '../loop/cluster-state.js';
import type { NodeCounts } from '../loop/group-nodes.js';
import type { NodeGroup } from '../node-group.js';
import type { AutoscalerOptions } from '../options.js';
import { yamlText, type YamlMap } from './yaml.js';

/** What a status is told of. */
export interface StatusScene {
  readonly groups: readonly NodeGroup[];
  readonly nodes: readonly Node[];
  readonly state: ClusterState;
  readonly options: AutoscalerOptions;
  /** The nodes that could go, and when that was last looked at. */
  readonly candidates: ReadonlySet<string>;
  readonly lookedForCandidatesMs: number | undefined;
  readonly nowMs: number;
}

type Part = 'health' | 'scaleUp' | 'scaleDown';

/** The text before anything was looked at. */
export function initialStatus(nowMs: number): string {
  return yamlText({ time: goTime(nowMs), autoscalerStatus: 'Initializing' });
}

/** Tells the status, and remembers since when each part of it is as it is. */
export class StatusTeller {
  private readonly since = new Map<string, { readonly status: string; readonly sinceMs: number }>();

  tell(scene: StatusScene): string {
    const { groups, state, nowMs } = scene;
    const isAnyGrowing = groups.some(group => state.isGrowing(group));
    const healthy = state.isHealthy ? 'Healthy' : 'Unhealthy';
    const lookedMs = scene.lookedForCandidatesMs;
    return yamlText({
      time: goTime(nowMs),
      autoscalerStatus: 'Running',
      clusterWide: {
        health: {
          status: healthy,
          nodeCounts: countsText(state.total),
          ...this.times('', 'health', healthy, nowMs),
        },
        scaleUp: this.plain('', 'scaleUp', isAnyGrowing ? 'InProgress' : 'NoActivity', nowMs),
        scaleDown: this.scaleDown('', scene.candidates.size, lookedMs),
      },
      nodeGroups: groups.map(group => this.group(group, scene)),
    });
  }

  private group(group: NodeGroup, scene: StatusScene): YamlMap {
    const { state, nowMs } = scene;
    const { name, targetSize, min, max } = group;
    const isHealthy = isGroupHealthy(group, scene.nodes, scene.options);
    const health = isHealthy ? 'Healthy' : 'Unhealthy';
    const failure = state.failureOf(name, nowMs);
    const growth = (): string => {
      if (state.isGrowing(group)) return 'InProgress';
      if (!isHealthy) return 'Unhealthy';
      return failure === undefined ? 'NoActivity' : 'Backoff';
    };
    const scaleUp = growth();
    const candidates = group.nodes.filter(node => scene.candidates.has(node)).length;
    return {
      name,
      health: {
        status: health,
        nodeCounts: countsText(state.counts(name)),
        cloudProviderTarget: targetSize,
        minSize: min,
        maxSize: max,
        ...this.times(name, 'health', health, nowMs),
      },
      scaleUp: {
        status: scaleUp,
        backoffInfo: scaleUp === 'Backoff' && failure !== undefined ? { ...failure } : undefined,
        ...this.times(name, 'scaleUp', scaleUp, nowMs),
      },
      scaleDown: this.scaleDown(name, candidates, scene.lookedForCandidatesMs),
    };
  }

  private plain(group: string, part: Part, status: string, nowMs: number): YamlMap {
    return { status, ...this.times(group, part, status, nowMs) };
  }

  private scaleDown(group: string, candidates: number, lookedMs: number | undefined): YamlMap {
    const status = candidates > 0 ? 'CandidatesPresent' : 'NoCandidates';
    return {
      status,
      candidates: candidates === 0 ? undefined : candidates,
      ...(lookedMs !== undefined && this.times(group, 'scaleDown', status, lookedMs)),
    };
  }

  private times(group: string, part: Part, status: string, probeMs: number): YamlMap {
    const key = `${group}/${part}`;
    const before = this.since.get(key);
    const sinceMs = before?.status === status ? before.sinceMs : probeMs;
    this.since.set(key, { status, sinceMs });
    return { lastProbeTime: rfc3339(probeMs), lastTransitionTime: rfc3339(sinceMs) };
  }
}

/** Nodes that lack a resource are told as not started or unready, and not apart: resourceUnready stays 0. */
function countsText(counts: NodeCounts): YamlMap {
  const { registered, ready, notStarted, unready, unregistered, longUnregistered } = counts;
  return {
    registered: {
      total: registered,
      ready,
      notStarted,
      ...(unready > 0 && { unready: { total: unready, resourceUnready: 0 } }),
    },
    longUnregistered,
    unregistered,
  };
}

/** RFC 3339 with as many digits as there are. */
function rfc3339(ms: number): string {
  return new Date(ms).toISOString().replace(/\.?0*Z$/, 'Z');
}

/** As Go prints a time by `2006-01-02 15:04:05.999999999 -0700 MST`. */
export function goTime(ms: number): string {
  return `${rfc3339(ms).replace('T', ' ').replace('Z', '')} +0000 UTC`;
}
