/** Collects what the formats tell: the sink of an import. */
import type {
  Decision,
  LogSight,
  PodRun,
  Sample,
  Sighting,
  Sink,
  Source,
  TimedWrite,
  ToldAlert,
  ToldEvent,
  TraceStep,
} from '../import/format.js';
import { FirstSights } from './first-sights.js';
import { IdSet } from './id-set.js';
import { Known } from './known.js';
import { SeriesBook } from './series-book.js';
import { Silences } from './silences.js';
import { timeText } from './stretches.js';
import { withoutSecrets } from './tidy.js';
import { WriteStore } from './write-store.js';

/** Something of the input that could not be used. */
export interface InputProblem {
  readonly source: Source;
  readonly what: string;
}

/** Problems beyond these are counted only. */
const problemsMax = 10_000;

/** All that was read. */
export class Collection implements Sink {
  readonly known = new Known();
  readonly writes = new WriteStore();
  readonly sights = new FirstSights();
  readonly series = new SeriesBook();
  readonly alerts: ToldAlert[] = [];
  readonly decisions: Decision[] = [];
  readonly steps: TraceStep[] = [];
  readonly runs: PodRun[] = [];
  readonly problems: InputProblem[] = [];
  problemsLeftOut = 0;
  readonly counts = new Map<string, number>();
  readonly unusedFiles = new Map<string, number>();
  readonly dumpTimes = new Map<string, { readonly fromMs: number; readonly toMs: number }>();
  /** When the files of a dump were written, by the dump's name. */
  readonly writtenTimes = new Map<string, number>();
  /** Files that were read, by format. */
  readonly read = new Map<string, string[]>();
  /** From the first to the last time that sources cover, by the format that told. */
  readonly extents = new Map<string, { fromMs: number; toMs: number }>();
  private readonly toldEvents = new Map<string, ToldEvent>();
  private readonly seenIds = new Map<string, IdSet>();
  private readonly repeats = new Map<string, { count: number; readonly first: Source }>();
  private readonly silences = new Silences();
  private hasTold = false;
  private format = '';
  private modifiedMs: number | undefined;

  /** What follows was told by this format. */
  begin(format: string, file: string, modifiedMs?: number): void {
    this.format = format;
    this.modifiedMs = modifiedMs;
    const files = this.read.get(format) ?? [];
    files.push(file);
    this.read.set(format, files);
  }

  /** Whether nothing that was read says anything of a cluster. */
  get isEmpty(): boolean {
    return !this.hasTold;
  }

  get events(): ToldEvent[] {
    return [...this.toldEvents.values()];
  }

  object(sighting: Sighting): void {
    this.hasTold = true;
    this.known.add({ ...sighting, object: withoutSecrets(sighting.object) });
    const { dump } = sighting;
    if (dump === undefined || this.modifiedMs === undefined) return;
    this.writtenTimes.set(dump, Math.max(this.writtenTimes.get(dump) ?? 0, this.modifiedMs));
  }

  write(write: TimedWrite): void {
    this.hasTold = true;
    this.writes.add(write);
  }

  sight(sight: LogSight): void {
    this.hasTold = true;
    this.sights.add({ ...sight, object: withoutSecrets(sight.object) });
  }

  event(event: ToldEvent): void {
    this.hasTold = true;
    const { uid, kind, namespace = '', name, reason, message, atMs } = event;
    // Only a combined event changes its words in an update; others with other words tell another thing.
    const words = message.startsWith('(combined from similar events)') ? '' : message;
    const about = [kind, namespace, name, reason, words].join(' ');
    const key = uid === undefined ? `${about} ${atMs}` : `${about} ${uid}`;
    if (event.dump === undefined) this.covers(atMs, event.untilMs ?? atMs);
    const before = this.toldEvents.get(key);
    if (before === undefined) return void this.toldEvents.set(key, event);
    // An update of a repeated event: the later one knows more. That a dump had it is kept.
    const later = event.count >= before.count ? event : before;
    const dump = before.dump ?? event.dump;
    this.toldEvents.set(key, {
      ...later,
      atMs: Math.min(before.atMs, event.atMs),
      ...(dump !== undefined && { dump }),
    });
  }

  sample(sample: Sample): void {
    this.hasTold = true;
    this.series.add(sample);
  }

  alert(alert: ToldAlert): void {
    this.hasTold = true;
    this.alerts.push(alert);
  }

  decision(decision: Decision): void {
    this.hasTold = true;
    this.decisions.push(decision);
  }

  step(step: TraceStep): void {
    this.hasTold = true;
    this.steps.push(step);
  }

  run(run: PodRun): void {
    this.hasTold = true;
    this.runs.push(run);
  }

  problem(source: Source, what: string): void {
    if (this.problems.length < problemsMax) this.problems.push({ source, what });
    else this.problemsLeftOut += 1;
  }

  dumped(dump: string, time: { readonly fromMs: number; readonly toMs: number }): void {
    this.dumpTimes.set(dump, time);
  }

  covers(fromMs: number, toMs: number): void {
    if (this.format === 'audit log') this.silences.note(fromMs);
    const extent = this.extents.get(this.format);
    if (extent === undefined) return void this.extents.set(this.format, { fromMs, toMs });
    extent.fromMs = Math.min(extent.fromMs, fromMs);
    extent.toMs = Math.max(extent.toMs, toMs);
  }

  count(what: string, amount = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + amount);
  }

  unused(what: string, source: Source): void {
    void source;
    this.unusedFiles.set(what, (this.unusedFiles.get(what) ?? 0) + 1);
  }

  isRepeated(key: string, source: Source): boolean {
    // `audit ID STAGE`: of these there are many, so each stage has a set of ids.
    const [, id, stage = ''] = /^audit (\S+) (\w+)$/.exec(key) ?? [];
    const set = this.seenIds.get(stage) ?? new IdSet();
    this.seenIds.set(stage, set);
    if (set.add(id ?? key)) return false;
    if (source.file !== '') {
      const repeat = this.repeats.get(source.file);
      if (repeat === undefined) this.repeats.set(source.file, { count: 1, first: source });
      else repeat.count += 1;
    }
    return true;
  }

  /** Tells what was only counted on the way. */
  end(): void {
    // Nothing comes after this: what told repeats from news has served.
    this.seenIds.clear();
    for (const { count, first } of this.repeats.values()) {
      this.problem(first, `told before; ${count} such in this file left out`);
    }
    for (const { fromMs, toMs } of this.silences.found()) {
      const [file = ''] = this.read.get('audit log') ?? [];
      const [from, to] = [timeText(fromMs), timeText(toMs)];
      this.problem(
        { file },
        `nothing from ${from} to ${to}, much longer than it is silent otherwise: if something is missing there, it is not replayed`,
      );
    }
    const disordered = this.counts.get('audit events out of order') ?? 0;
    if (disordered > 0) {
      const [file = ''] = this.read.get('audit log') ?? [];
      this.problem({ file }, `${disordered} audit events are out of order: sorted by time`);
    }
  }
}
