/** The tables of an import: what was rebuilt, guessed, missing; what contradicts; what could not be read. */
import type { IncidentFacts } from '../contract.js';
import { formats } from '../import/index.js';
import type { Collection } from '../rebuild/collection.js';
import type { DumpInstant } from '../rebuild/dump-instants.js';
import type { Incident } from '../rebuild/incident.js';
import { timeText } from '../rebuild/stretches.js';
import type { Times } from '../rebuild/times.js';

/** A row: what, how much, and from where or why. */
export interface Row {
  readonly what: string;
  readonly detail: string;
}

/** All that an import tells. */
export interface Tables {
  readonly read: readonly Row[];
  readonly rebuilt: readonly Row[];
  readonly guessed: readonly Row[];
  readonly missing: readonly Row[];
  readonly contradictions: readonly Row[];
  readonly problems: readonly Row[];
  readonly findings: readonly Row[];
}

/** What came of writing the folder. */
export interface Outcome {
  readonly facts: IncidentFacts;
  readonly refused: ReadonlyMap<string, string>;
  readonly sent: number;
  readonly left: ReadonlyMap<string, number>;
  readonly writesLeft: number;
  readonly guessedWrites: ReadonlyMap<string, number>;
  readonly guessedNodes: number;
  readonly objects: number;
}

/** Makes the tables. */
export function tablesOf(incident: Incident, collection: Collection, outcome: Outcome): Tables {
  return {
    read: [...collection.read].map(([format, files]) => ({
      what: format,
      detail: `${files.length} ${files.length === 1 ? 'file' : 'files'}: ${files[0] ?? ''}${files.length > 1 ? ', ...' : ''}`,
    })),
    rebuilt: rebuilt(incident, outcome),
    guessed: guessed(incident, outcome),
    missing: missing(incident, collection, outcome),
    contradictions: incident.contradictions.map(({ what, where }) => ({
      what,
      detail: where.join(' against '),
    })),
    problems: problems(collection),
    findings: incident.findings.map(({ what, detail }) => ({ what, detail })),
  };
}

function rebuilt(incident: Incident, { facts, sent, objects }: Outcome): Row[] {
  const { times, initial, series, alerts, decisions, events, replicas, quotas } = incident;
  const rows: (Row | undefined)[] = [
    { what: 'start', detail: facts.start },
    facts.window && { what: 'window', detail: facts.window.join(' to ') },
    ...times.instants.map(instant => ({
      what: 'dump',
      detail: `taken ${timeText(instant.atMs)}${useOf(instant, times)}`,
    })),
    beginningOf(times),
    count('nodes', initial.nodes.length, `${facts.gpus ?? 0} GPUs`),
    count('objects', objects, times.isTakenBack ? 'taken back to the start' : 'as dumped'),
    count('writes to replay', sent, 'of people and outside controllers'),
    count(
      'workloads over time',
      replicas.size,
      [...new Set([...replicas.values()].map(({ from }) => from))].join(', '),
    ),
    count('quotas over time', quotas.size, ''),
    count('events', events.length, 'to check a replay against'),
    count('series', series.length, 'to check a replay against'),
    count('alerts', alerts.length, ''),
    count('decisions of the scheduler', decisions.length, 'to check a replay against'),
  ];
  return rows.filter(row => row !== undefined);
}

/** How the state at the start was found where no dump shows it. */
function beginningOf({ beginning, instants }: Times): Row | undefined {
  const [first] = instants;
  if (beginning === undefined || first === undefined) return undefined;
  const { written, dumped } = beginning;
  const detail = `rebuilt from the log's first sight of ${written} objects, ${dumped} as in the dump of ${timeText(first.atMs)}`;
  return { what: 'state at the beginning', detail };
}

/** What a dump of several is for; one alone says so by itself. */
function useOf(instant: DumpInstant, { instants, start }: Times): string {
  if (instants.length === 1) return '';
  if (instant === start) return '; where the replay starts';
  const isOld = start !== undefined && instant.atMs < start.atMs;
  return isOld ? '; older than the start' : '; to compare the replay with';
}

function count(what: string, amount: number, detail: string): Row | undefined {
  if (amount === 0) return undefined;
  return { what, detail: detail === '' ? String(amount) : `${amount}; ${detail}` };
}

function guessed({ times, initial }: Incident, { guessedWrites, guessedNodes }: Outcome): Row[] {
  return [
    ...times.guessed.map(detail => ({ what: 'time', detail })),
    ...(guessedNodes > 0
      ? [
          {
            what: 'nodes',
            detail: `${guessedNodes}, by placements and metrics: their sizes are a guess`,
          },
        ]
      : []),
    ...initial.guessed.map(detail => ({ what: 'state', detail })),
    ...[...guessedWrites].map(([detail, times_]) => ({
      what: 'writes',
      detail: `${times_}: ${detail}`,
    })),
  ];
}

function missing(incident: Incident, collection: Collection, outcome: Outcome): Row[] {
  const { inventory, initial, hiddenValues } = incident;
  const { refused, left, writesLeft, facts } = outcome;
  const lacking = formats.filter(({ name }) => collection.read.has(name));
  return [
    ...(inventory.nodes === undefined
      ? [{ what: 'nodes', detail: "no source tells of any: seatrial's default cluster stands in" }]
      : []),
    ...(outcome.objects === 0
      ? [
          {
            what: 'objects',
            detail: 'no source shows any: the scenario starts with an empty cluster',
          },
        ]
      : []),
    ...[...refused].map(([what, detail]) => ({
      what,
      detail: `refused by the simulation: ${detail}`,
    })),
    ...[...initial.leftOut].map(([why, amount]) => ({
      what: 'objects left out',
      detail: `${amount}: ${why}`,
    })),
    ...[...left].map(([why, amount]) => ({
      what: 'writes not replayed',
      detail: `${amount}: ${why}`,
    })),
    ...(writesLeft > 0
      ? [
          {
            what: 'recorded writes',
            detail: `${writesLeft} of our own parts are not kept beside the replay: too many`,
          },
        ]
      : []),
    ...(hiddenValues > 0
      ? [
          {
            what: 'hidden values',
            detail: `${hiddenValues} objects hold ***HIDDEN***, which a redactor put in`,
          },
        ]
      : []),
    ...[...collection.unusedFiles].map(([what, amount]) => ({
      what: 'not used',
      detail: `${amount} ${amount === 1 ? 'file' : 'files'}: ${what}`,
    })),
    ...(facts.auditEvents === undefined && collection.steps.length === 0
      ? [{ what: 'who did what', detail: 'no audit log and no trace: nothing is replayed' }]
      : []),
    ...lacking.map(({ name, lacks }) => ({ what: `by ${name} alone`, detail: lacks.join('; ') })),
  ];
}

function problems(collection: Collection): Row[] {
  const rows = collection.problems.map(({ source, what }) => ({
    what: source.line === undefined ? source.file : `${source.file}:${source.line}`,
    detail: what,
  }));
  const { problemsLeftOut } = collection;
  if (problemsLeftOut > 0) rows.push({ what: 'and more', detail: `${problemsLeftOut} of such` });
  return rows;
}

const titles: readonly (readonly [keyof Tables, string])[] = [
  ['read', 'Read'],
  ['rebuilt', 'Rebuilt'],
  ['guessed', 'Guessed'],
  ['missing', 'Missing'],
  ['contradictions', 'Contradictions'],
  ['problems', 'Problems of the input'],
  ['findings', 'Found'],
];

/** The tables as a text: for the terminal, where long ones are cut, or as Markdown. */
export function tablesText(
  tables: Tables,
  { isMarkdown, rowsMax = Infinity }: { readonly isMarkdown: boolean; readonly rowsMax?: number },
): string {
  const blocks = titles.flatMap(([key, title]) => {
    const rows = tables[key];
    if (rows.length === 0) return [];
    const shown = rows.slice(0, rowsMax);
    const rest = rows.length - shown.length;
    const more = rest > 0 ? [`  ... and ${rest} more, in IMPORT.md`] : [];
    if (isMarkdown) {
      const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
      const lines = shown.map(({ what, detail }) => `| ${cell(what)} | ${cell(detail)} |`);
      return [[`## ${title}`, '', '| what | detail |', '| --- | --- |', ...lines].join('\n')];
    }
    const width = Math.min(Math.max(...shown.map(({ what }) => what.length)), 40);
    const lines = shown.map(({ what, detail }) => `  ${what.padEnd(width)}  ${detail}`.trimEnd());
    return [[title, ...lines, ...more].join('\n')];
  });
  const head = isMarkdown ? '# An imported incident\n\n' : '';
  return `${head}${blocks.join('\n\n')}\n`;
}
