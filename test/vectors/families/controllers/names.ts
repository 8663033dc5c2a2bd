/** Makes recorded and replayed values comparable: random names, uids, times and the like become placeholders. */
import type { KubeObject } from '../../../../sim/api/object.js';
import type { Scenario } from './scenario.js';

const suffixCharacters = '[bcdfghjklmnpqrstvwxz2456789]{5}';
const timePattern = /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|(?=[+-]\d\d:\d\d))/g;
const pemPattern = /-----BEGIN [A-Z ]+-----[^"]*?-----END [A-Z ]+-----(?:\\n)?/g;

/** Renames what differs from run to run. */
export class Names {
  private readonly suffixes: RegExp | undefined;
  private readonly uids = new Map<string, string>();
  private readonly nodes: RegExp | undefined;

  constructor(
    scenario: Scenario,
    /** The minute in which the scenario began. */
    private readonly startMinute: number,
  ) {
    const text = JSON.stringify(scenario);
    const prefixes = new Set<string>();
    for (const [, prefix = ''] of text.matchAll(/([a-z0-9.{}:+-]*-)\{\{suffix(?::\d+)?\}\}/g)) {
      prefixes.add(prefix.replace(/\{\{minute:\+\d+\}\}/, '\\d{8}').replaceAll('.', '\\.'));
    }
    const listed = [...prefixes].sort().join('|');
    if (listed !== '') {
      this.suffixes = new RegExp(`(?<![a-z0-9.-])(${listed})${suffixCharacters}(?![a-z0-9])`, 'g');
    }
    // Where the order of nodes is not determined, any node may stand for any other.
    if (scenario.unordered?.includes('node') === true) {
      this.nodes = new RegExp(`${scenario.id}-[a-z]\\d?(?![a-z0-9-])`, 'g');
    }
  }

  /** Learns the uid of an object that is, or was. */
  learn(object: KubeObject): void {
    const { uid, name = '' } = object.metadata;
    if (uid === undefined || this.uids.has(uid)) return;
    this.uids.set(uid, `{{uid:${object.kind ?? ''}/${name}}}`);
  }

  /** The uid of the latest object that is told as `Kind/name`. */
  uidOf(place: string): string | undefined {
    let latest: string | undefined;
    for (const [uid, text] of this.uids) if (text === `{{uid:${place}}}`) latest = uid;
    return latest;
  }

  /** A replayed value, as comparable text. */
  replayed(value: unknown): string {
    let text = JSON.stringify(value) ?? 'null';
    text = text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}/g, uid => {
      return this.uids.get(uid) ?? '{{uid}}';
    });
    text = text.replace(pemPattern, '{{pem}}').replace(timePattern, '{{time}}');
    if (this.suffixes !== undefined) text = text.replace(this.suffixes, '$1*');
    if (this.nodes !== undefined) text = text.replace(this.nodes, 'NODE');
    text = text.replace(/(?<=-)\d{8}(?![0-9a-z])/g, minute => {
      const offset = Number(minute) - this.startMinute;
      return offset >= 0 && offset < 60 ? `{{minute:+${offset}}}` : minute;
    });
    return text.replace(/"resourceVersion":"\d+"/g, '"resourceVersion":"{{rv}}"');
  }

  /** A recorded value, as comparable text. */
  recorded(value: unknown): string {
    const text = JSON.stringify(value) ?? 'null';
    const starred = text.replace(/\{\{suffix(?::\d+)?\}\}/g, '*');
    return this.nodes === undefined ? starred : starred.replace(this.nodes, 'NODE');
  }
}
