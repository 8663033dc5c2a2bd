/**
 * The side-car beside Prometheus: it unpacks the configuration, puts variables in, and has Prometheus load it
 * again when it or the rules have changed. Upstream hears of changes at once (inotify); here it looks. Left
 * out: reloading by signal, directories of configurations, metrics but of its reloads.
 * @upstream prometheus-operator v0.93 cmd/prometheus-config-reloader/main.go, thanos pkg/reloader/reloader.go
 */
import { bytesOfText, textOfBytes } from '../../api/bytes-text.js';
import { expositionOf, expositionType } from '../../api/exposition.js';
import { Counters, gaugeNow, processStart } from '../../api/metric-vector.js';
import { isHttpResponse, type HttpRequest, type HttpResponse } from '../../api/http-message.js';
import { unpackedGzip } from '../../engine/stored-gzip.js';
import { flagsOf } from '../agnhost/flags.js';
import { serveHttp, textPage } from '../agnhost/http.js';
import { servedBy } from '../agnhost/served.js';
import type { ContainerContext, NetworkReply, Program, Workload } from '../workload.js';
import { mountedFile, mountedFiles, writeMountedFile } from './mounted-files.js';

const lookMs = 5000;
const delayMs = 1000;
const retryMs = 5000;
const startMs = 50;
const usage = { cpuMillis: 1, memoryBytes: 15 * 1024 ** 2 } as const;

/** Plays the image prometheus-config-reloader. */
export const configReloader: Workload = {
  name: 'prometheus-config-reloader',
  start(context) {
    context.use(usage);
    return new Reloader(context).begin();
  },
};

class Reloader {
  private readonly flags: Readonly<Record<string, string>>;
  private readonly watched: readonly string[];
  private seen: readonly string[] = [];
  private readonly reloads = { all: 0, failed: 0, isGood: false, goodMs: 0 };

  constructor(private readonly context: ContainerContext) {
    this.flags = flagsOf(context.command);
    const word = '--watched-dir=';
    this.watched = context.command
      .filter(argument => argument.startsWith(word))
      .map(argument => argument.slice(word.length));
  }

  begin(): Program {
    const { context, flags } = this;
    const { clock } = context;
    context.log('level=info msg="Starting prometheus-config-reloader" version=0.93.0');
    if (flags['watch-interval'] === '0') {
      clock.after(startMs, 'config-reloader applies', () => {
        const error = this.apply();
        if (error !== undefined) this.complain('Failed to run', error);
        context.exit(error === undefined ? 0 : 1);
      });
      return {};
    }
    const served = servedBy(context);
    const [, port = '8080'] = /:(\d+)$/.exec(flags['listen-address'] ?? '') ?? [];
    const startedMs = clock.now();
    serveHttp(served.context.network, Number(port), ({ path }, respond) => {
      if (path === '/healthz') return respond(textPage('{"status":"up"}'));
      if (path === '/metrics') return respond(this.metrics(startedMs));
      return respond(textPage('404 page not found\n', 404));
    });
    clock.after(startMs, 'config-reloader applies', () => this.change());
    return { probe: served.probe, terminate: () => context.exit(0) };
  }

  /** Applies what is there now and has it loaded; tries again until it is. */
  private change(): void {
    this.seen = this.texts();
    const error = this.apply();
    if (error === undefined) this.reload();
    else {
      this.complain('apply error', error);
      this.lookLater();
    }
  }

  private lookLater(): void {
    this.context.clock.after(lookMs, 'config-reloader looks', () => {
      const now = this.texts();
      const isSame =
        now.length === this.seen.length && now.every((text, index) => text === this.seen[index]);
      if (isSame) this.lookLater();
      else {
        this.context.clock.after(delayMs, 'config-reloader applies', () => this.change());
      }
    });
  }

  /** Names and texts of all that is watched. */
  private texts(): readonly string[] {
    const { context, flags } = this;
    const own = mountedFile(context, flags['config-file'] ?? '') ?? '';
    const others = this.watched.flatMap(folder => mountedFiles(context, `${folder}/*`).flat());
    return [own, ...others];
  }

  /** Unpacks the configuration with the variables put in; what went wrong. */
  private apply(): string | undefined {
    const { context, flags } = this;
    const { 'config-file': from = '', 'config-envsubst-file': to = '' } = flags;
    if (from === '' || to === '') return undefined;
    const packed = mountedFile(context, from);
    if (packed === undefined) {
      return `read file: open ${from}: no such file or directory`;
    }
    const text = unpacked(packed);
    if ('error' in text) return `read file: ${text.error}`;
    const expanded = text.text.replaceAll(
      /\$\(([a-zA-Z_0-9]+)\)/g,
      (whole, name: string) => context.env[name] ?? whole,
    );
    const isWritten = writeMountedFile(context, to, expanded);
    return isWritten ? undefined : `write file: open ${to}: no such file or directory`;
  }

  private reload(): void {
    const { context, flags } = this;
    const { 'reload-url': url = '', 'reload-method': method = 'http' } = flags;
    const [, host = '', port = '', path = '/'] = /^http:\/\/([^:/]+):(\d+)(\/.*)?$/.exec(url) ?? [];
    if (method !== 'http' || host === '') {
      this.complain('Failed to trigger reload.', 'only reloading by HTTP is simulated');
      return;
    }
    const request: HttpRequest = { protocol: 'http', method: 'POST', path, body: '' };
    context.network.send({ host, port: Number(port) }, request, reply => {
      const error = errorOf(reply);
      const { reloads } = this;
      reloads.all++;
      reloads.isGood = error === undefined;
      if (reloads.isGood) reloads.goodMs = context.clock.now();
      else reloads.failed++;
      if (error === undefined) {
        context.log(
          `level=info msg="Reload triggered" cfg_in=${flags['config-file'] ?? ''} cfg_out=${flags['config-envsubst-file'] ?? ''} watched_dirs="${this.watched.join(', ')}"`,
        );
        this.lookLater();
        return;
      }
      this.complain('Failed to trigger reload. Retrying.', `trigger reload: ${error}`);
      context.clock.after(retryMs, 'config-reloader applies', () => this.change());
    });
  }

  /** @upstream thanos pkg/reloader/reloader.go */
  private metrics(startedMs: number): HttpResponse {
    const { all, failed, isGood, goodMs } = this.reloads;
    const one = (name: string, help: string, value: number) => {
      const counter = new Counters({ name: `reloader_${name}`, help });
      counter.add([], value);
      return counter.family();
    };
    const gauge = (name: string, help: string, value: number) =>
      gaugeNow({ name: `reloader_${name}`, help }, [[[], value]]);
    const body = expositionOf([
      gauge(
        'last_reload_successful',
        'Whether the last reload attempt was successful',
        isGood ? 1 : 0,
      ),
      gauge(
        'last_reload_success_timestamp_seconds',
        'Timestamp of the last successful reload',
        goodMs / 1000,
      ),
      one('reloads_total', 'Total number of reload requests.', all),
      one('reloads_failed_total', 'Total number of reload requests that failed.', failed),
      processStart(startedMs),
    ]);
    return { status: 200, contentType: expositionType, body };
  }

  private complain(message: string, error: string): void {
    this.context.log(`level=error msg="${message}" err=${JSON.stringify(error)}`);
  }
}

const magic = [0x1f, 0x8b] as const;

function unpacked(content: string): { readonly text: string } | { readonly error: string } {
  const bytes = bytesOfText(content);
  if (bytes[0] !== magic[0] || bytes[1] !== magic[1]) return { text: content };
  const found = unpackedGzip(bytes);
  return 'error' in found ? found : { text: textOfBytes(found.bytes) };
}

function errorOf(reply: NetworkReply): string | undefined {
  if (!reply.isOk) return `reload request failed: ${reply.error}`;
  const { payload } = reply;
  if (!isHttpResponse(payload)) return 'reload request failed: the answer is none of HTTP';
  const { status, body } = payload;
  return status === 200 ? undefined : `received non-200 response: ${status}: ${body.trimEnd()}`;
}
