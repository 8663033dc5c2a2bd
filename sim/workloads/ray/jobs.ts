/**
 * The jobs that were submitted to a head. Their programs are not run: a job's metadata, or the
 * annotations of the head's pod, state what it does: `seatrial.dev/ray-tasks` (`8x600s@gpu=1`), or
 * else `seatrial.dev/seconds` (2), and then `seatrial.dev/exit-code` (0).
 * @upstream ray-project/ray python/ray/dashboard/modules/job
 */
import { isRecord } from '../../api/equality.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import type { ContainerContext } from '../workload.js';
import type { Board, Submission } from './board.js';
import { readTasks, type Amounts, type Tasks } from './messages.js';

interface Job {
  readonly id: string;
  readonly entrypoint: string;
  readonly metadata: Readonly<Record<string, string>>;
  /** What its driver holds while it runs. */
  readonly driver: Amounts;
  status: 'PENDING' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'STOPPED';
  message: string;
  readonly startMs: number;
  endMs: number | undefined;
  tasks: readonly Submission[];
  /** Who waits for its end. */
  readonly followers: ((status: string) => void)[];
}

/** So long a driver takes from its submission until its own code runs. */
const driverStartMs = 2_000;
const defaultSeconds = 2;

/** The jobs of one head. */
export class Jobs {
  private readonly all = new Map<string, Job>();

  constructor(
    private readonly context: ContainerContext,
    private readonly board: Board,
    /** Whoever gives work to nodes looks again. */
    private readonly assign: () => void,
  ) {}

  /** The answer of `/api/jobs/...`; undefined: it is not about jobs. */
  page({ method, path, body }: HttpRequest): HttpResponse | undefined {
    const [place = ''] = path.split('?');
    const match = /^\/api\/jobs\/(?:([^/]+)(?:\/(stop|logs))?)?$/.exec(place);
    if (match === null) return undefined;
    const [, id, part] = match;
    if (id === undefined) {
      if (method === 'POST') return this.submit(body);
      return json([...this.all.values()].map(told));
    }
    const job = this.all.get(decodeURIComponent(id));
    if (job === undefined) return failed(404, `Job ${id} does not exist`);
    if (part === 'logs') return json({ logs: `${job.message}\n` });
    if (part === 'stop') return json({ stopped: this.stop(job) });
    if (method === 'DELETE') return this.remove(job);
    return json(told(job));
  }

  /** Answers when the job is over; false: there is none. */
  follow(path: string, done: (response: HttpResponse) => void): boolean {
    const [, id] = /^\/api\/jobs\/([^/]+)\/logs\/tail$/.exec(path) ?? [];
    const job = this.all.get(decodeURIComponent(id ?? ''));
    if (job === undefined) return false;
    if (isOver(job)) done(json({ status: job.status }));
    else job.followers.push(status => done(json({ status })));
    return true;
  }

  private submit(body: string): HttpResponse {
    const asked: unknown = JSON.parse(body === '' ? '{}' : body);
    if (!isRecord(asked) || typeof asked['entrypoint'] !== 'string') {
      return failed(400, 'Invalid request: entrypoint is missing');
    }
    const given = asked['submission_id'];
    const id = typeof given === 'string' ? given : `raysubmit_${this.context.random.suffix(16)}`;
    if (this.all.has(id)) {
      return failed(
        500,
        `Job with submission_id ${id} already exists. Please use a different submission_id.`,
      );
    }
    const { metadata } = asked;
    const job: Job = {
      ...{
        id,
        entrypoint: asked['entrypoint'],
        metadata: isRecord(metadata) ? texts(metadata) : {},
      },
      driver: {
        cpu: Number(asked['entrypoint_num_cpus'] ?? 0),
        gpu: Number(asked['entrypoint_num_gpus'] ?? 0),
      },
      ...{ status: 'PENDING', message: 'Job has not started yet.' },
      ...{ startMs: this.context.clock.now(), endMs: undefined, tasks: [] },
      followers: [],
    };
    this.all.set(id, job);
    this.start(job);
    return json({ job_id: id, submission_id: id });
  }

  /** The driver takes its place as a task does, and keeps it until its own code is done. */
  private start(job: Job): void {
    const { clock } = this.context;
    clock.after(driverStartMs, 'ray driver starts', () => {
      if (job.status !== 'PENDING') return;
      job.status = 'RUNNING';
      job.message = 'Job is currently running.';
      const work = this.workOf(job);
      if (typeof work === 'string') return this.end(job, 'FAILED', work);
      const parts = work.tasks === undefined ? [] : [work.tasks];
      const driver = { count: 1, seconds: work.seconds, needs: job.driver };
      let left = parts.length + 1;
      const done = () => {
        left--;
        if (left === 0) this.finish(job);
      };
      job.tasks = [driver, ...parts].map(tasks => this.board.submit(tasks, done));
      this.assign();
    });
  }

  private workOf({ metadata }: Job): { readonly seconds: number; readonly tasks?: Tasks } | string {
    const said = this.said(metadata, 'ray-tasks');
    if (said === undefined) {
      return { seconds: Number(this.said(metadata, 'seconds') ?? defaultSeconds) };
    }
    const tasks = readTasks(said);
    if (tasks !== undefined) return { seconds: 0, tasks };
    return `seatrial.dev/ray-tasks is not understood: ${said}; write 8x600s@gpu=1`;
  }

  private said(metadata: Job['metadata'], name: string): string | undefined {
    const key = `seatrial.dev/${name}`;
    return metadata[key] ?? this.context.pod.metadata.annotations?.[key];
  }

  private finish(job: Job): void {
    if (job.status !== 'RUNNING') return;
    const code = Number(this.said(job.metadata, 'exit-code') ?? 0);
    if (code === 0) return this.end(job, 'SUCCEEDED', 'Job finished successfully.');
    const message = `Job entrypoint command failed with exit code ${code}, last available logs (truncated to 20,000 chars):\n`;
    this.end(job, 'FAILED', message);
  }

  private end(job: Job, status: Job['status'], message: string): void {
    job.status = status;
    job.message = message;
    job.endMs = this.context.clock.now();
    for (const told of job.followers) told(status);
  }

  private stop(job: Job): boolean {
    if (isOver(job)) return false;
    for (const tasks of job.tasks) this.board.drop(tasks);
    this.end(job, 'STOPPED', 'Job was intentionally stopped.');
    return true;
  }

  private remove(job: Job): HttpResponse {
    if (!isOver(job)) {
      return failed(500, `Cannot delete job ${job.id} because it is still running.`);
    }
    this.all.delete(job.id);
    return json({ deleted: true });
  }
}

const isOver = ({ endMs }: Job): boolean => endMs !== undefined;

function texts(map: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, String(value)]));
}

function told(job: Job) {
  return {
    type: 'SUBMISSION',
    submission_id: job.id,
    job_id: null,
    status: job.status,
    entrypoint: job.entrypoint,
    message: job.message,
    error_type: null,
    start_time: job.startMs,
    end_time: job.endMs ?? null,
    metadata: job.metadata,
  };
}

/** An answer in JSON. */
export function json(value: unknown): HttpResponse {
  return { status: 200, contentType: 'application/json', body: JSON.stringify(value) };
}

/** An error in words. */
export function failed(status: number, body: string): HttpResponse {
  return { status, contentType: 'text/plain; charset=utf-8', body };
}
