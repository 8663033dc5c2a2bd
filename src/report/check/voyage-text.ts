/** The voyages of a check in words: what was tried, what the laws say, and the story of what broke one. */
import type { VoyagesResult } from '../../check/voyages.js';
import type { ReportTable } from '../../stacks/stack.js';
import type { LawTally } from '../../voyages/explored.js';
import { tableLines } from '../text-table.js';

/** The answer first, then stories, then what was tried. */
export function voyageLines(voyages: VoyagesResult, inputs: readonly string[]): string[] {
  const { failures, explored } = voyages;
  const files = inputs.map(input => ` -f ${input}`).join('');
  const stories = failures.flatMap(({ story, file }) => [
    '',
    ...story,
    `kept in:             ${file} (tried first from now on)`,
    `on another machine:  add${files} if the token is about the manifests`,
  ]);
  return [
    answerText(voyages),
    ...remarks(voyages),
    ...stories,
    ...(failures.length > 0 ? ['', 'What was tried until then:'] : []),
    ...tried(explored.tried),
    ...trafficLines(voyages).map((line, index) => (index === 0 ? `* ${line}` : `  ${line}`)),
    ...lawTable(voyages),
  ];
}

/** The answer in a line: how many voyages, and whether a law was broken. */
export function answerText({ explored, laws, known, failures }: VoyagesResult): string {
  const { runs, seed, end } = explored;
  // The first of them that breaks a law again ends the search.
  const sailed = Math.min(known, explored.runs);
  const again = sailed === 0 ? '' : ` (${sailed} of them failures of before)`;
  const count = `${runs.toLocaleString('en-US')} ${runs === 1 ? 'voyage' : 'voyages'}${again}`;
  const names = failures.map(({ example }) => example.law).join(', ');
  const judged = explored.laws.filter(({ held }) => held > 0).length;
  const what =
    failures.length > 0
      ? `${names} broken`
      : judged === 0
        ? `no law came to a verdict; this is what was tried`
        : `no law broken; this is what was tried`;
  const why = { interrupted: ', interrupted', time: ', time is over' } as const;
  const ended = end === 'interrupted' || end === 'time' ? why[end] : '';
  return `${count}, ${what}${ended} (seed ${seed}; ${judged} of ${laws.length} laws had something to judge)`;
}

const namesMax = 6;

function remarks(voyages: VoyagesResult): string[] {
  return [
    ...assumptionLines(voyages),
    ...neverReadyLines(voyages.explored),
    ...touchedLines(voyages),
  ].map(line => `  ${line}`);
}

/** What was taken to be there or left out, and what the API server refused: what else is said rests on it. */
export function assumptionLines(voyages: VoyagesResult): string[] {
  const { standIns, leftOut, explored, assumed = [] } = voyages;
  const shown = standIns.slice(0, namesMax).join(', ');
  const more = standIns.length > namesMax ? ` and ${standIns.length - namesMax} more` : '';
  return [
    ...(standIns.length > 0 ? [`taken to be there: ${shown}${more}`] : []),
    ...(assumed.length > 0 ? [`containers, as taken to be: ${assumed.join('; ')}`] : []),
    ...leftOut.map(text => `not aboard: ${text}`),
    ...explored.refusals
      .slice(0, namesMax)
      .map(
        ({ message, count }) => `refused ${count === 1 ? 'once' : `${count} times`}: ${message}`,
      ),
  ];
}

function touchedLines({ failures, laws }: VoyagesResult): string[] {
  const broken = new Set(failures.map(({ example }) => example.law));
  const touched = laws
    .filter(({ name }) => broken.has(name))
    .flatMap(({ touches = [] }) => touches);
  if (touched.length === 0) return [];
  return [`approximated parts that this verdict touches: ${[...new Set(touched)].join(', ')}`];
}

/** The workloads of which no pod was ever ready, each with what its pods wait for: laws heard nothing of them. */
export function neverReadyLines({ neverReady }: VoyagesResult['explored']): string[] {
  const more = neverReady.length - namesMax;
  return [
    ...neverReady
      .slice(0, namesMax)
      .map(({ workload, why }) => `never ready on any voyage: ${workload}: ${why}`),
    ...(more > 0 ? [`never ready on any voyage: ${more} more workloads`] : []),
  ];
}

function tried(events: VoyagesResult['explored']['tried']): string[] {
  const table = triedTable(events);
  return table === undefined ? [] : ['', ...tableLines(table)];
}

/** How often each event was let happen; undefined when none was. */
export function triedTable(events: VoyagesResult['explored']['tried']): ReportTable | undefined {
  const rows = Object.entries(events)
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .map(([name, count]) => [name, count.toLocaleString('en-US')]);
  if (rows.length === 0) return undefined;
  return { title: 'what was let happen', columns: ['event', 'times'], rows };
}

/**
 * What became of the requests to Services: their number first, then each Service whose door is shut, and
 * those that lose requests in each roll-out.
 */
export function trafficLines({ explored }: VoyagesResult): string[] {
  const { offered, failed, reasons = {}, shut = {}, unheard = {} } = explored.traffic;
  if (offered === 0) return [];
  const share = ((100 * failed) / offered).toFixed(2);
  return [
    `requests to Services: ${number(offered)}, of which ${share} % got no answer${reasonsText(reasons)}`,
    ...byReason(shut).map(([by, services]) => `${services} ${shutText(by)}`),
    ...byReason(unheard).map(([when, services]) => `${services} ${unheardText(when)}`),
  ];
}

/** ` (1,200 no endpoint, 3 refused)`: nearly all of them are what the voyages did. */
function reasonsText(reasons: Readonly<Record<string, number>>): string {
  const told = Object.entries(reasons)
    .filter(([, count]) => count > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${number(count)} ${reason}`);
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

/** Each reason once, with the Services that it is about: those that lost most first. */
function byReason(counts: Readonly<Record<string, number>>): (readonly [string, string])[] {
  const groups = new Map<string, [service: string, count: number][]>();
  // Requests are reckoned as rates: less than half of one is none.
  for (const [who, count] of Object.entries(counts).filter(([, times]) => times > 0)) {
    const [reason = '', service = ''] = who.split(': ');
    groups.set(reason, [...(groups.get(reason) ?? []), [service, count]]);
  }
  return [...groups].map(([reason, services]) => {
    const told = services
      .sort(([, a], [, b]) => b - a)
      .map(([service, count]) => `${number(count)} to Service ${service}`);
    return [reason, `of these, ${told.join(', ')}`];
  });
}

/** Users are locked out, whoever they are. */
function shutText(by: string): string {
  return by === 'mesh'
    ? 'were refused: AuthorizationPolicies of the mesh let nobody in, whoever asks'
    : 'timed out: network policies open the port of its pods to nobody';
}

/** Its pods' own manifests could prevent it. */
function unheardText(when: string): string {
  return when === 'ended'
    ? 'went to pods that had ended while clients did not know yet: a preStop hook that sleeps for some seconds, or a program that serves on after SIGTERM, answers them'
    : 'went to pods that were taken for ready before their program listened: a readiness probe keeps them out until then';
}

function lawTable({ explored, laws }: VoyagesResult): string[] {
  const spoken = explored.laws.filter(hasSpoken);
  const silent = explored.laws.filter(one => !hasSpoken(one)).map(({ law }) => law);
  const table = spoken.length === 0 ? [] : ['', ...tableLines(lawRows({ explored, laws }))];
  return [
    ...table,
    ...inconclusiveLines(explored).map(line => `* ${line}`),
    ...(silent.length > 0 ? [`* never had anything to judge: ${silent.join(', ')}`] : []),
  ];
}

/** What the column means, by reason: no verdict for or against, and nothing to mend in the manifests. */
export function inconclusiveLines({ laws }: Pick<VoyagesResult['explored'], 'laws'>): string[] {
  const byWhy = new Map<string, string[]>();
  for (const { law, inconclusive, why = 'no history was long enough for it' } of laws) {
    if (inconclusive > 0) byWhy.set(why, [...(byWhy.get(why) ?? []), law]);
  }
  return [...byWhy].map(
    ([why, names]) => `inconclusive, neither held nor broken: ${names.join(', ')}: ${why}`,
  );
}

/** What the laws say of all voyages, without those that never had anything to judge. */
export function lawRows({ explored, laws }: Pick<VoyagesResult, 'explored' | 'laws'>): ReportTable {
  const rows = explored.laws
    .filter(hasSpoken)
    .map(({ law, held, inconclusive, broken }) => [
      laws.find(({ name }) => name === law)?.family ?? '',
      law,
      `${number(held + inconclusive + broken)} of ${number(explored.runs)}`,
      ...[held, inconclusive, broken].map(number),
    ]);
  const columns = ['family', 'law', 'voyages judged', 'held', 'inconclusive', 'broken'];
  return { title: 'the laws', columns, rows };
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}

function hasSpoken({ held, broken, inconclusive }: LawTally): boolean {
  return held + broken + inconclusive > 0;
}
