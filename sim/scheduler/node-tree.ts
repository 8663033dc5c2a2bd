/** The order in which nodes are visited: zone by zone in turn. @upstream pkg/scheduler/backend/cache/node_tree.go */
import type { Node } from '../api/kinds/core.js';

/** The names of the nodes by zone, zones and nodes in the order in which they came. */
export class NodeTree {
  private readonly zones = new Map<string, string[]>();

  add(node: Node): void {
    const zone = zoneKey(node);
    const name = node.metadata.name ?? '';
    const names = this.zones.get(zone);
    if (names === undefined) this.zones.set(zone, [name]);
    else if (!names.includes(name)) names.push(name);
  }

  remove(node: Node): void {
    const zone = zoneKey(node);
    const names = this.zones.get(zone);
    const index = names?.indexOf(node.metadata.name ?? '') ?? -1;
    if (names === undefined || index < 0) return;
    names.splice(index, 1);
    if (names.length === 0) this.zones.delete(zone);
  }

  update(old: Node, node: Node): void {
    if (zoneKey(old) === zoneKey(node)) return;
    this.remove(old);
    this.add(node);
  }

  /** The names, one of each zone in turn. */
  list(): string[] {
    const zones = [...this.zones.values()];
    const longest = zones.reduce((length, names) => Math.max(length, names.length), 0);
    const list: string[] = [];
    for (let index = 0; index < longest; index++) {
      for (const names of zones) {
        const name = names[index];
        if (name !== undefined) list.push(name);
      }
    }
    return list;
  }
}

/** Region and zone as one text; the old labels win. @upstream component-helpers/node/topology GetZoneKey */
export function zoneKey(node: Node): string {
  const { labels = {} } = node.metadata;
  const zone =
    labels['failure-domain.beta.kubernetes.io/zone'] ?? labels['topology.kubernetes.io/zone'] ?? '';
  const region =
    labels['failure-domain.beta.kubernetes.io/region'] ??
    labels['topology.kubernetes.io/region'] ??
    '';
  return region === '' && zone === '' ? '' : `${region}:\0:${zone}`;
}
