/** What of an incident is shown in its folder: as it is, or with stand-ins for all that identifies. */
import type {
  Finding,
  IncidentFacts,
  RecordedAlert,
  RecordedDecision,
  RecordedDraw,
  RecordedEvent,
  RecordedObject,
  RecordedSeries,
  RecordedWrite,
} from '../contract.js';
import type { Anonymiser } from '../privacy/anonymiser.js';
import type { KubeObject } from '../../../sim/api/object.js';
import { systemNamespaces } from '../rebuild/left-out.js';
import { isPublicDomain } from '../privacy/common-words.js';
import { learnHash } from '../privacy/hashes.js';
import { rewriteObject } from '../privacy/objects.js';
import {
  rewriteAlert,
  rewriteDecision,
  rewriteDeep,
  rewriteDraw,
  rewriteEvent,
  rewriteFinding,
  rewriteSeries,
  rewriteWrite,
} from '../privacy/records.js';
import type { Collection } from '../rebuild/collection.js';
import type { Incident } from '../rebuild/incident.js';
import type { InitialObject } from '../rebuild/initial.js';
import {
  isEverybodys,
  recordedAlerts,
  recordedDecisions,
  recordedEvents,
  recordedObjects,
  recordedSeries,
} from './recordings.js';
import { shownDraws } from './draws.js';
import { lateWrites, recorded, traceWrites } from './replay-plan.js';
import type { Tables } from './tables.js';

/** Shows each part; without stand-ins as it is. */
export class Shown {
  constructor(private readonly own: Anonymiser | undefined) {}

  private as<T>(value: T, rewrite: (value: T, own: Anonymiser) => T): T {
    return this.own === undefined ? value : rewrite(value, this.own);
  }

  text(text: string): string {
    return this.as(text, (value, own) => own.text(value));
  }

  name(name: string): string {
    return this.as(name, (value, own) => own.name(value));
  }

  initial(each: InitialObject): InitialObject {
    return this.as(each, ({ object, comment }, own) => ({
      object: rewriteObject(object, own),
      comment: own.source(comment),
    }));
  }

  object(each: RecordedObject): RecordedObject {
    return this.as(each, ({ at, source, object }, own) => ({
      at,
      source: own.source(source),
      object: rewriteObject(object, own),
    }));
  }

  write(write: RecordedWrite): RecordedWrite {
    return this.as(write, rewriteWrite);
  }

  event(event: RecordedEvent): RecordedEvent {
    return this.as(event, rewriteEvent);
  }

  series(series: RecordedSeries): RecordedSeries {
    return this.as(series, rewriteSeries);
  }

  alert(alert: RecordedAlert): RecordedAlert {
    return this.as(alert, rewriteAlert);
  }

  draw(draw: RecordedDraw): RecordedDraw {
    return this.as(draw, rewriteDraw);
  }

  decision(decision: RecordedDecision): RecordedDecision {
    return this.as(decision, rewriteDecision);
  }

  finding(finding: Finding): Finding {
    return this.as(finding, rewriteFinding);
  }

  facts(facts: IncidentFacts): IncidentFacts {
    // The shape stays: only texts are replaced.
    return this.as(facts, (value, own) => rewriteDeep(value, own) as IncidentFacts);
  }

  tables(tables: Tables): Tables {
    return this.as(tables, (value, own) => {
      const rows = Object.entries(value).map(([key, list]) => [
        key,
        (list as Tables['read']).map(({ what, detail }) => ({
          what: key === 'problems' ? own.source(what) : own.text(what),
          detail: key === 'read' ? own.source(detail) : own.text(detail),
        })),
      ]);
      // The same rows under the same titles.
      return Object.fromEntries(rows) as unknown as Tables;
    });
  }
}

/**
 * Goes through everything once, so that every word is known before the first is written: namespaces and
 * nodes first, then names, since the first that claims a word says what it is.
 */
export function learn(incident: Incident, collection: Collection, own: Anonymiser): void {
  const { vocabulary } = own;
  // Every kind cluster has them, and the simulation.
  for (const name of localPath) vocabulary.keepName(`local-path-${name}`);
  const read = [...collection.read.values()].flat();
  for (const file of [...read, ...collection.problems.map(({ source }) => source.file)]) {
    own.root(file.split('/')[0] ?? '');
  }
  for (const { sightings } of incident.known) {
    for (const { object } of sightings) vocabulary.keepFields(object);
  }
  for (const { body, actor, namespace, name } of collection.writes.inOrder()) {
    // Of our own parts' bodies little is kept, and its fields are known.
    if (actor !== 'ours') vocabulary.keepFields(body);
    else if (name !== undefined && systemNamespaces.has(namespace ?? '')) vocabulary.keepName(name);
  }
  learnKinds(incident, own);
  const known = incident.known.filter(({ newest }) => !isEverybodys(newest.object));
  for (const { newest } of known) {
    const { namespace, name } = newest.object.metadata;
    if (namespace !== undefined) vocabulary.claim(namespace, 'namespace');
    if (newest.object.kind === 'Namespace') vocabulary.claim(name ?? '', 'namespace');
  }
  for (const { namespace, node } of incident.lives) {
    vocabulary.claim(namespace, 'namespace');
    if (node !== undefined) vocabulary.claim(node, 'node');
  }
  for (const { name } of incident.inventory.guessed) vocabulary.claim(name, 'node');
  learnClaims(known, own);
  for (const { newest } of known) {
    const { kind, metadata } = newest.object;
    const { name = '' } = metadata;
    if (kind === 'Node') vocabulary.claim(name, 'node');
    // Owners before the owned: their names are the beginnings of others.
    else if (kind !== 'Pod' && kind !== 'ReplicaSet' && kind !== 'Namespace') own.name(name);
  }
  for (const { owner = '' } of incident.lives) {
    const [kind, name] = owner.split(' ');
    if (name !== undefined && kind !== 'ReplicaSet') own.name(name);
  }
  const shown = new Shown(own);
  for (const each of [...incident.initial.nodes, ...incident.initial.objects]) shown.initial(each);
  for (const each of recordedObjects(incident)) shown.object(each);
  for (const write of collection.writes.inOrder()) shown.write(recorded(write));
  for (const write of lateWrites(incident)) shown.write(write);
  for (const draw of shownDraws(incident)) shown.draw(draw);
  for (const write of traceWrites(collection.steps, -Infinity)) shown.write(write);
  for (const each of recordedEvents(incident)) shown.event(each);
  for (const each of recordedSeries(incident)) shown.series(each);
  for (const each of recordedAlerts(incident)) shown.alert(each);
  for (const each of recordedDecisions(incident)) shown.decision(each);
  // When all words are known: hashes are taken over what is shown.
  for (const { sightings } of incident.known) {
    for (const { object } of sightings) learnHash(object, own);
  }
  for (const { source, what } of collection.problems) {
    own.source(source.file);
    own.text(what);
  }
  for (const file of read) own.source(file);
  for (const finding of incident.findings) shown.finding(finding);
  for (const text of [...incident.initial.guessed, ...incident.times.guessed]) own.text(text);
  for (const { what } of incident.contradictions) own.text(what);
}

/** How custom kinds are called stays; whose they are does not. */
function learnKinds({ known }: Incident, own: Anonymiser): void {
  const { vocabulary } = own;
  for (const { newest } of known) {
    if (newest.object.kind !== 'CustomResourceDefinition') continue;
    const { group = '', names = {} } = (newest.object['spec'] ?? {}) as DefinedNames;
    for (const word of Object.values(names).flat()) vocabulary.keepWord(word);
    if (!isPublicDomain(group)) vocabulary.claim(group, 'domain');
  }
}

/** Claims of a StatefulSet are named after a volume and the set. */
function learnClaims(known: Incident['known'], own: Anonymiser): void {
  for (const { newest } of known) {
    const { kind, metadata, spec } = newest.object as Claiming;
    if (kind !== 'StatefulSet') continue;
    for (const { metadata: claim } of spec?.volumeClaimTemplates ?? []) {
      const [volume, set] = [claim?.name ?? '', metadata.name ?? ''];
      own.vocabulary.compose(`${volume}-${set}`, `${own.name(volume)}-${own.name(set)}`);
    }
  }
}

/** What the provisioner of local volumes consists of. */
const localPath = [
  'storage',
  'provisioner',
  'provisioner-service-account',
  'provisioner-role',
  'provisioner-bind',
  'config',
];

/** A set whose claims are named after it. */
interface Claiming extends KubeObject {
  readonly spec?: {
    readonly volumeClaimTemplates?: readonly { readonly metadata?: { readonly name?: string } }[];
  };
}

/** What a definition of a custom kind calls it. */
interface DefinedNames {
  readonly group?: string;
  readonly names?: Readonly<Record<string, string | readonly string[]>>;
}
