/**
 * Submits a job to a head and follows it to its end: `ray job submit`, the script that KubeRay makes
 * of it, or KubeRay's own small submitter.
 * @upstream ray-project/ray python/ray/dashboard/modules/job/cli.py
 */
import { isRecord } from '../../api/equality.js';
import { isHttpResponse, type HttpResponse } from '../../api/http-message.js';
import type { ContainerContext, Program } from '../workload.js';
import { flagsOf, placeOf } from './words.js';

/** So long Python takes to ask. */
const askMs = 1_000;
const pauseMs = 2_000;

/** Starts one. */
export function startSubmitter(context: ContainerContext, text: string): Program {
  const submitter = new Submitter(context, text);
  submitter.later(askMs);
  return submitter;
}

class Submitter implements Program {
  private readonly place: { readonly host: string; readonly port: number };
  private readonly body: Readonly<Record<string, unknown>>;
  private readonly id: string;

  constructor(
    private readonly context: ContainerContext,
    text: string,
  ) {
    const { env } = context;
    // The shell fills in what the operator tells in the environment.
    const full = text.replace(/\$\{?([A-Za-z_]\w*)\}?/g, (_, name: string) => env[name] ?? '');
    const [, ours = full] = /\bray job submit\b([^]*)$/.exec(full) ?? [];
    const [options = '', rest = ''] = split(ours);
    const flags = flagsOf(options.replace(/\\"/g, '\u0001'));
    const said = (name: string) => flags[name]?.replaceAll('\u0001', '"');
    this.place = placeOf(said('address') || env['RAY_DASHBOARD_ADDRESS'] || '', 8265);
    this.id = said('submission-id') || env['RAY_JOB_SUBMISSION_ID'] || '';
    this.body = {
      entrypoint: rest.replace(/;\s*(fi\b[^]*)?$/, '').trim(),
      submission_id: this.id,
      metadata: jsonOf(said('metadata-json')),
      entrypoint_num_cpus: Number(said('entrypoint-num-cpus') ?? 0),
      entrypoint_num_gpus: Number(said('entrypoint-num-gpus') ?? 0),
    };
  }

  terminate(): void {
    this.context.exit(143);
  }

  /** First the head must be there; whoever comes again finds its job. */
  later(afterMs: number): void {
    this.context.clock.after(afterMs, 'ray submitter asks', () =>
      this.ask('GET', '/api/gcs_healthz', healthy => {
        if (healthy?.status === 200) return this.find();
        const { host, port } = this.place;
        this.context.log(
          `Waiting for Ray Dashboard GCS to become healthy at http://${host}:${port} ...`,
        );
        this.later(pauseMs);
      }),
    );
  }

  private ask(
    method: string,
    path: string,
    then: (response: HttpResponse | undefined) => void,
    body: unknown = undefined,
  ): void {
    const sent = body === undefined ? '' : JSON.stringify(body);
    const request = { protocol: 'http', method, path, body: sent };
    this.context.network.send(this.place, request, reply => {
      then(reply.isOk && isHttpResponse(reply.payload) ? reply.payload : undefined);
    });
  }

  private find(): void {
    const path = `/api/jobs/${this.id}`;
    this.ask('GET', path, known => {
      if (known?.status === 200) return this.follow();
      this.ask('POST', '/api/jobs/', made => this.submitted(made), this.body);
    });
  }

  private submitted(made: HttpResponse | undefined): void {
    if (made?.status !== 200) {
      this.context.log(`RuntimeError: Request failed with status code ${made?.status ?? 0}`);
      return this.context.exit(1);
    }
    this.context.log(`Job '${this.id}' submitted successfully`);
    this.follow();
  }

  private follow(): void {
    this.ask('GET', `/api/jobs/${this.id}/logs/tail`, ended => {
      const told: unknown = ended === undefined ? {} : JSON.parse(ended.body);
      const status = isRecord(told) ? told['status'] : undefined;
      if (status === 'SUCCEEDED') {
        this.context.log(`Job '${this.id}' succeeded`);
        return this.context.exit(0);
      }
      this.context.log(
        status === undefined ? 'ConnectionError: the head is gone' : `Job '${this.id}' failed`,
      );
      this.context.exit(1);
    });
  }
}

/** What stands before and behind the word that ends the options. */
function split(text: string): readonly [string, string] {
  const at = text.indexOf(' -- ');
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 4)];
}

function jsonOf(text: string | undefined): unknown {
  if (text === undefined || text === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    // Ray refuses it; the job then has no metadata.
    return {};
  }
}
