/** Writes an imported incident as a folder: beside its place first, and moved there when it is whole. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  appendFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { exitCodes, UserError } from '../../input/errors.js';
import { incidentFiles, type RecordedWrite } from '../contract.js';
import { Anonymiser } from '../privacy/anonymiser.js';
import { Proof } from '../privacy/proof.js';
import type { Collection } from '../rebuild/collection.js';
import { factsOf, type Incident } from '../rebuild/incident.js';
import type { InitialObject } from '../rebuild/initial.js';
import { titleOf } from '../rebuild/known.js';
import { drawnBy, shownDraws, tryOf } from './draws.js';
import { linesOf } from './lines-of.js';
import { guessedNodes } from './guessed-nodes.js';
import { learn, Shown } from './shown.js';
import {
  recordedAlerts,
  recordedDecisions,
  recordedEvents,
  recordedObjects,
  recordedSeries,
} from './recordings.js';
import { compact, definedIn, lateWrites, ReplayJudge, traceWrites } from './replay-plan.js';
import { jsonLines, manifestText, scenarioText } from './texts.js';
import { tablesOf, tablesText, type Tables } from './tables.js';
import { testText } from './test-text.js';
import { tryFolder } from './trial.js';

/** Settings of the folder. */
export interface FolderOptions {
  /** Where it goes. */
  readonly folder: string;
  /** The name of the scenario. */
  readonly name: string;
  readonly isAnonymous: boolean;
  readonly hasTest: boolean;
  /** Whether a folder that is there is replaced. */
  readonly force: boolean;
}

/** A folder that was written. */
export interface WrittenFolder {
  readonly folder: string;
  readonly tables: Tables;
  /** Where the table of stand-ins lies; absent: nothing was anonymised. */
  readonly translation?: string;
  readonly bytes: number;
}

/** More lines of our own parts' writes than these are no reading for anybody, nor for a repository. */
const writesMax = 50_000;

/**
 * Writes the folder.
 *
 * @throws UserError when it is there already, or when the second pass finds a word that is left.
 */
export async function writeFolder(
  incident: Incident,
  collection: Collection,
  options: FolderOptions,
): Promise<WrittenFolder> {
  const { folder, isAnonymous, force } = options;
  const target = resolve(folder);
  const translation = `${target}.translation.json`;
  if (existsSync(target) && !force) {
    throw new UserError(`${folder} is there already`, {
      exitCode: exitCodes.usage,
      code: 'folder-exists',
      next: 'choose another with -o, or replace it with --force',
    });
  }
  mkdirSync(dirname(target), { recursive: true });
  const draft = mkdtempSync(`${target}.draft-`);
  try {
    const own = isAnonymous ? new Anonymiser() : undefined;
    if (own !== undefined) learn(incident, collection, own);
    const shown = new Shown(own);
    const tables = await writeAll(draft, { incident, collection, shown, options });
    if (own !== undefined) proveAnonymous(draft, own);
    if (force) rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
    if (own !== undefined) writeTranslation(translation, own);
    const bytes = filesBelow(target).reduce((sum, file) => sum + statSync(file).size, 0);
    return {
      folder,
      tables,
      bytes,
      ...(isAnonymous && { translation: `${folder.replace(/\/+$/, '')}.translation.json` }),
    };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

interface Writing {
  readonly incident: Incident;
  readonly collection: Collection;
  readonly shown: Shown;
  readonly options: FolderOptions;
}

async function writeAll(draft: string, writing: Writing): Promise<Tables> {
  const { incident, collection, shown, options } = writing;
  const { initial } = incident;
  mkdirSync(join(draft, 'recorded'));
  mkdirSync(join(draft, incidentFiles.manifests));
  const own = initial.nodes.length > 0 ? initial.nodes : guessedNodes(incident);
  const nodes = own.map(node => shown.initial(node));
  if (nodes.length > 0) writeFileSync(join(draft, incidentFiles.nodes), manifestText(nodes));
  const objects = initial.objects.map(each => shown.initial(each));
  const facts = factsOf(incident, collection);
  const hasState = incident.times.start !== undefined;
  const scenario = (taken: readonly InitialObject[], hasReplay: boolean): void => {
    const cordoned = nodes.filter(({ object }) => isCordoned(object));
    const manifests = writeManifests(draft, [...cordoned, ...taken]);
    const text = scenarioText({
      name: shown.text(options.name),
      startMs: incident.times.startMs,
      endMs: incident.times.window?.toMs ?? 0,
      hasNodes: nodes.length > 0,
      manifests,
      hasReplay,
      hasState: hasState && existsSync(join(draft, incidentFiles.objects)),
      hasEvents: existsSync(join(draft, incidentFiles.events)),
      hasAutoscaling: incident.survey.hasAutoscaling,
      hasDrawn: existsSync(join(draft, incidentFiles.drawn)),
      jobs: incident.durations.map(({ job, seconds }) => ({ job: shown.name(job), seconds })),
      namespaces: [...new Set(taken.flatMap(({ object }) => object.metadata.namespace ?? []))],
      sources: [...collection.read].map(([format, files]) => `${format}: ${files.length} files`),
      findings: facts.findings.slice(0, 6).map(finding => shown.finding(finding).detail),
    });
    writeFileSync(join(draft, incidentFiles.scenario), text);
  };
  scenario(objects, false);
  const { served, refused } = await tryFolder(draft);
  const taken = objects.filter(({ object }) => !refused.has(titleOf(object)));
  const judge = new ReplayJudge(incident, new Set([...served, ...definedIn(incident)]));
  const { sent, left, writesLeft } = writeWrites(draft, judge, writing);
  writeRecords(draft, writing);
  scenario(taken, sent > 0);
  const shownFacts = shown.facts(facts);
  writeFileSync(join(draft, incidentFiles.facts), `${JSON.stringify(shownFacts, null, 2)}\n`);
  const tables = tablesOf(incident, collection, {
    facts,
    refused,
    sent,
    left,
    writesLeft,
    guessedWrites: judge.guessed,
    guessedNodes: initial.nodes.length > 0 ? 0 : nodes.length,
    objects: taken.length,
  });
  const told = shown.tables(tables);
  writeFileSync(join(draft, incidentFiles.report), tablesText(told, { isMarkdown: true }));
  if (options.hasTest) {
    writeFileSync(join(draft, 'incident.test.ts'), testText(shownFacts, nodes));
  }
  return told;
}

function isCordoned(node: InitialObject['object']): boolean {
  return (node['spec'] as { readonly unschedulable?: boolean } | undefined)?.unschedulable === true;
}

/** One file for what is of the cluster, one for each namespace; returns them in order. */
function writeManifests(draft: string, objects: readonly InitialObject[]): string[] {
  const byFile = new Map<string, InitialObject[]>();
  for (const each of objects) {
    const { kind, metadata } = each.object;
    const namespace = kind === 'Namespace' ? undefined : metadata.namespace;
    const file = namespace === undefined ? 'cluster.yaml' : `ns-${namespace}.yaml`;
    const list = byFile.get(file) ?? [];
    byFile.set(file, list);
    list.push(each);
  }
  for (const old of readdirSync(join(draft, incidentFiles.manifests))) {
    if (old !== 'nodes.yaml') rmSync(join(draft, incidentFiles.manifests, old));
  }
  const names = [...byFile.keys()].sort();
  for (const name of names) {
    const file = join(draft, incidentFiles.manifests, name);
    writeFileSync(file, manifestText(byFile.get(name) ?? []));
  }
  return names.map(name => `${incidentFiles.manifests}/${name}`);
}

/** Names beyond the first so many are no reading for a repository either. */
const undrawn = `names and nodes beyond the first ${writesMax} are drawn anew`;

interface WrittenWrites {
  readonly sent: number;
  readonly left: ReadonlyMap<string, number>;
  readonly writesLeft: number;
}

/** Both files of writes, as a stream: neither is held in memory. */
function writeWrites(draft: string, judge: ReplayJudge, writing: Writing): WrittenWrites {
  const { incident, collection, shown } = writing;
  const left = new Map<string, number>();
  const late = [
    ...lateWrites(incident),
    ...(collection.writes.length === 0
      ? traceWrites(collection.steps, incident.times.startMs)
      : []),
  ].toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  const replay = new Appender(join(draft, incidentFiles.replay));
  const all = new Appender(join(draft, incidentFiles.writes));
  const drawn = new Appender(join(draft, incidentFiles.drawn));
  for (const draw of shownDraws(incident)) {
    if (drawn.lines < writesMax) drawn.add(shown.draw(draw));
    else left.set(undrawn, (left.get(undrawn) ?? 0) + 1);
  }
  let next = 0;
  const lateUntil = (ms: number): void => {
    for (; next < late.length && Date.parse(late[next]?.at ?? '') <= ms; next++) {
      replay.add(shown.write(late[next] as RecordedWrite));
    }
  };
  let writesLeft = 0;
  for (const write of collection.writes.inOrder()) {
    lateUntil(write.atMs);
    for (const draw of [tryOf(write, incident.survey), drawnBy(write)]) {
      if (draw !== undefined && drawn.lines < writesMax) drawn.add(shown.draw(draw));
      else if (draw !== undefined) left.set(undrawn, (left.get(undrawn) ?? 0) + 1);
    }
    const verdict = judge.judge(write);
    if (verdict.kind === 'sent') replay.add(shown.write(verdict.write));
    else left.set(verdict.why, (left.get(verdict.why) ?? 0) + 1);
    if (all.lines < writesMax || verdict.kind === 'sent') all.add(shown.write(compact(write)));
    else writesLeft += 1;
  }
  lateUntil(Infinity);
  replay.close();
  all.close();
  drawn.close();
  return { sent: replay.lines, left, writesLeft };
}

/** Writes lines in pieces; a file without lines is not made. */
class Appender {
  lines = 0;
  private waiting = '';

  constructor(private readonly file: string) {}

  add(value: unknown): void {
    this.lines += 1;
    this.waiting += `${JSON.stringify(value)}\n`;
    if (this.waiting.length > 1024 * 1024) this.close();
  }

  close(): void {
    if (this.waiting !== '') appendFileSync(this.file, this.waiting);
    this.waiting = '';
  }
}

function writeRecords(draft: string, { incident, shown }: Writing): void {
  const records = [
    [incidentFiles.objects, recordedObjects(incident).map(each => shown.object(each))],
    [incidentFiles.events, recordedEvents(incident).map(each => shown.event(each))],
    [incidentFiles.series, recordedSeries(incident).map(each => shown.series(each))],
    [incidentFiles.alerts, recordedAlerts(incident).map(each => shown.alert(each))],
    [incidentFiles.decisions, recordedDecisions(incident).map(each => shown.decision(each))],
  ] as const;
  for (const [file, values] of records) {
    if (values.length > 0) writeFileSync(join(draft, file), jsonLines(values));
  }
}

/** Looks through every file; a word that is left stops the import, for nobody would notice it later. */
function proveAnonymous(draft: string, own: Anonymiser): void {
  const proof = new Proof(own);
  for (const file of filesBelow(draft)) {
    const name = file.slice(draft.length + 1);
    proof.line(name, name, 0);
    let line = 0;
    for (const text of linesOf(file)) proof.line(text, name, ++line);
  }
  const { leaks } = proof;
  const [first] = leaks;
  if (first === undefined) return;
  throw new UserError(
    `${leaks.length} original words are left, the first in ${first.file}:${first.line}: ${first.word}`,
    {
      exitCode: exitCodes.backend,
      code: 'not-anonymous',
      next: 'report it as a defect; nothing was written. --no-anonymize keeps all names',
    },
  );
}

function writeTranslation(file: string, own: Anonymiser): void {
  const words = [...own.vocabulary.entries(), ...own.others()];
  const text = JSON.stringify(
    Object.fromEntries(words.map(({ token, word }) => [token, word])),
    null,
    1,
  );
  writeFileSync(file, `${text}\n`, { mode: 0o600 });
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : [path];
  });
}
