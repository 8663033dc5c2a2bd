import { describe, expect, it } from 'vitest';
import { Random } from '../engine/random.js';
import { selectorFromSet } from '../api/selectors.js';
import { PodInfo } from './pod-info.js';
import { countPerNode } from './pod-classes.js';
import { NodeSnapshot } from './snapshot.js';
import { TopologyCounts } from './topology-counts.js';

const zone = 'topology.kubernetes.io/zone';

function node(name: string, zoneName?: string): Parameters<NodeSnapshot['setNode']>[0] {
  const labels: Record<string, string> = zoneName === undefined ? {} : { [zone]: zoneName };
  return { metadata: { name, labels } };
}

function pod(uid: string, app: string, isTerminating = false): PodInfo {
  const metadata = { name: uid, namespace: 'n', uid, labels: { app } };
  const deletionTimestamp = '2026-01-01T00:00:00Z';
  return new PodInfo({ metadata: { ...metadata, ...(isTerminating && { deletionTimestamp }) } });
}

/** The same, counted pod by pod. */
function counted(snapshot: NodeSnapshot, app: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { labels, pods } of snapshot.nodes) {
    const value = labels[zone];
    const own = pods.filter(each => each.labels['app'] === app && !each.isTerminating).length;
    if (value !== undefined && own > 0) counts[value] = (counts[value] ?? 0) + own;
  }
  return counts;
}

function byClass(snapshot: NodeSnapshot, app: string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const each of snapshot.classes.selected(selectorFromSet({ app }), 'n')) {
    for (const [value, count] of each.at(zone).byValue) {
      counts[value] = (counts[value] ?? 0) + count;
    }
  }
  return counts;
}

describe('classes of pods', () => {
  it('count what a count of all pods would, whatever comes, goes, moves or is relabelled', () => {
    const random = new Random(7);
    const snapshot = new NodeSnapshot();
    for (let step = 0; step < 2000; step++) {
      const name = `node-${random.integer(6)}`;
      const uid = `pod-${random.integer(40)}`;
      const app = `app-${random.integer(3)}`;
      const what = random.integer(10);
      if (what === 0) snapshot.removeNode(name);
      else if (what < 3) {
        snapshot.setNode(node(name, random.pick([undefined, 'a', 'b'])));
      } else if (what < 5) snapshot.removePod(uid);
      else snapshot.addPod(pod(uid, app, what === 5), name);
      expect(byClass(snapshot, 'app-1')).toEqual(counted(snapshot, 'app-1'));
    }
    const selected = snapshot.classes.selected(selectorFromSet({ app: 'app-1' }), 'n');
    const perNode = countPerNode(selected);
    for (const each of snapshot.nodes) {
      const own = each.pods.filter(p => p.labels['app'] === 'app-1' && !p.isTerminating);
      expect(perNode.get(each) ?? 0).toBe(own.length);
    }
  });

  it('take a selector of everything for one of nothing, as upstream does when it counts', () => {
    const snapshot = new NodeSnapshot();
    snapshot.setNode(node('x', 'a'));
    snapshot.addPod(pod('p', 'app'), 'x');
    expect(snapshot.classes.selected(selectorFromSet({}), 'n')).toEqual([]);
  });
});

describe('sums by topology', () => {
  it('add up many layers, weights and single steps, and a copy goes its own way', () => {
    const counts = new TopologyCounts();
    expect(counts.isEmpty).toBe(true);
    for (let times = 1; times <= 7; times++) {
      counts.addAll('zone', { byValue: new Map([['a', 2]]), total: 2 }, times);
    }
    counts.add('zone', 'a', -1);
    expect(counts.at('zone', 'a')).toBe(55);
    expect(counts.total).toBe(55);
    const copy = counts.clone();
    copy.add('zone', 'a', 5);
    expect([counts.at('zone', 'a'), copy.at('zone', 'a')]).toEqual([55, 60]);
    expect(counts.at('host', 'a')).toBe(0);
  });
});
