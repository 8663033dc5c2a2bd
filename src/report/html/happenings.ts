/** What happened, as a lane of numbered marks and as a list that moves the slider. */
import type { RunOfScenario } from '../reporter.js';
import { markup, type Markup } from './markup.js';
import { round, verticals } from './lanes.js';
import type { Scene } from './scene.js';
import { laneWidth, type TimeScale } from './time-scale.js';

/** Something that happened, in the order of time. */
export interface Happening {
  readonly ms: number;
  /** Its shape: a step, a fault or failure or breach, or news. */
  readonly sort: 'step' | 'trouble' | 'news';
  readonly topic: string;
  readonly text: string;
}

const happeningsMax = 200;
const troubles = new Set(['fault', 'FAILED', 'inject']);

/** What was told, the breaches of laws, and the first warnings, as far as there is room. */
export function happeningsOf({ told, warnings }: Scene, run: RunOfScenario): readonly Happening[] {
  const named = told.map(({ ms, topic, text }): Happening => {
    const sort = topic === 'step' ? 'step' : troubles.has(topic) ? 'trouble' : 'news';
    return { ms, sort, topic, text };
  });
  const breaches = run.verdicts.flatMap(verdict =>
    verdict.kind !== 'broken'
      ? []
      : verdict.breaches.map(({ timeMs, what }): Happening => {
          const ms = Math.max(0, Math.round(timeMs - run.startMs));
          return { ms, sort: 'trouble', topic: 'law broken', text: `${verdict.law}: ${what}` };
        }),
  );
  const room = Math.max(0, happeningsMax - named.length - breaches.length);
  const warned = firstOfEach(warnings).map(({ ms, about, reason, text }): Happening => {
    return { ms, sort: 'news', topic: 'warning', text: `${about} ${reason}: ${text}` };
  });
  const all = [...named, ...breaches, ...warned.slice(0, room)];
  return all.slice(0, happeningsMax).sort((a, b) => a.ms - b.ms);
}

/** One warning a reason and kind: forty pods that wait for one reason are one thing to know. */
function firstOfEach(warnings: Scene['warnings']): Scene['warnings'] {
  const seen = new Set<string>();
  return warnings.filter(({ about, reason }) => {
    const key = `${about.split(' ')[0] ?? ''} ${reason}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

const rowHeight = 19;
const rowsMax = 5;

/** A mark of the lane: one happening, or several that would hide each other. */
interface Mark {
  readonly x: number;
  readonly row: number;
  readonly first: number;
  readonly happenings: Happening[];
}

/** In rows, so that none hides another as long as there is room; then one mark stands for several. */
function marksOf(happenings: readonly Happening[], scale: TimeScale): readonly Mark[] {
  const marks: Mark[] = [];
  const lastOf = new Map<number, Mark>();
  for (const [index, happening] of happenings.entries()) {
    const x = scale.x(happening.ms);
    const rows = Array.from({ length: rowsMax }, (_, row) => row);
    const free = rows.find(row => {
      const last = lastOf.get(row);
      return last === undefined || last.x + halfWidth(last) < x - 10;
    });
    const crowded = lastOf.get(rowsMax - 1);
    if (free === undefined && crowded !== undefined) {
      crowded.happenings.push(happening);
      continue;
    }
    const mark: Mark = { x, row: free ?? 0, first: index + 1, happenings: [happening] };
    lastOf.set(mark.row, mark);
    marks.push(mark);
  }
  return marks;
}

const halfWidth = ({ happenings }: Mark): number => (happenings.length > 1 ? 21 : 9);

/** The lane: numbered marks, whose shapes tell steps, news and trouble apart. */
export function happeningLane(happenings: readonly Happening[], scale: TimeScale): Markup {
  const marks = marksOf(happenings, scale);
  const rows = marks.reduce((most, { row }) => Math.max(most, row + 1), 1);
  const tall = rows * rowHeight + 4;
  const label = `${happenings.length} things that happened; the list below tells them`;
  return markup`<svg class="lane" viewBox="0 0 ${laneWidth} ${tall}" role="img" aria-label="${label}"
    >${verticals(scale, tall)}${marks.map(drawnMark)}</svg
  >`;
}

function drawnMark(mark: Mark): Markup {
  const { x, row, first, happenings } = mark;
  const y = row * rowHeight + 11;
  const [one] = happenings;
  const isOne = happenings.length === 1;
  const isTrouble = happenings.some(({ sort }) => sort === 'trouble');
  const sort = isTrouble ? 'trouble' : (one?.sort ?? 'news');
  const shape = isOne
    ? shapeOf(sort, x, y)
    : markup`<rect x="${round(x - 20)}" y="${y - 8.5}" width="40" height="17" rx="3" />`;
  const number = isOne ? String(first) : `${first}–${first + happenings.length - 1}`;
  const told = happenings.map(({ topic, text }) => `${topic}: ${text}`).join('\n');
  return markup`<g class="mark-${sort}"><title>${told}</title>${shape}<text x="${round(x)}"
    y="${y + 3.5}" text-anchor="middle">${number}</text></g>`;
}

function shapeOf(sort: Happening['sort'], x: number, y: number): Markup {
  const [left, top] = [round(x - 8.5), y - 8.5];
  if (sort === 'step') return markup`<rect x="${left}" y="${top}" width="17" height="17" />`;
  if (sort === 'news') return markup`<circle cx="${round(x)}" cy="${y}" r="8.5" />`;
  const d = `M${round(x)} ${y - 10.5}l10.5 10.5l-10.5 10.5l-10.5 -10.5z`;
  return markup`<path d="${d}" />`;
}

/** The list; each time is a button that moves the slider there. */
export function happeningList(happenings: readonly Happening[], scale: TimeScale): Markup {
  const items = happenings.map(
    ({ ms, sort, topic, text }, index) => markup`<li class="is-${sort}"
      ><span class="number mark-${sort}" aria-hidden="true">${index + 1}</span
      ><button type="button" data-goto="${ms}">${sinceStart(ms)}</button
      ><span class="topic">${topic}</span><span class="text">${text}</span
      ><span class="clock">${clockOf(scale.startMs + ms)}</span></li
    >`,
  );
  return markup`<ol class="happenings">${items}</ol>`;
}

/** `9:35:02`: hours, minutes and seconds since the start. */
export function sinceStart(ms: number): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `27 07:15:02`: the cluster's day and time, UTC. */
export function clockOf(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(8, 19).replace('T', ' ');
}
