/**
 * The image resource-consumer, which tests and tutorials of autoscalers run: it uses what it is told to, for as
 * long as it is told. @upstream test/images/resource-consumer
 */
import { sniffedPage, serveHttp, textPage } from './http.js';
import { flagsOf, numberFlag } from './flags.js';
import { servedBy } from './served.js';
import type { HttpRequest, HttpResponse } from '../../api/http-message.js';
import type { ContainerContext, Workload } from '../workload.js';

const megabyte = 2 ** 20;

/** Plays the image. */
export const resourceConsumer: Workload = {
  name: 'resource-consumer',
  start(context) {
    const served = servedBy(context);
    const consumer = new Consumer(context);
    const port = numberFlag(flagsOf(context.command), 'port', 8080);
    serveHttp(served.context.network, port, (request, respond) =>
      respond(consumer.answer(request)),
    );
    return { probe: served.probe, terminate: () => context.exit(143) };
  },
};

/** The texts of what is asked for wrongly. */
export const consumerFaults = {
  method: textPage('Bad request. Not a POST request\n', 400),
  missing: textPage('not given function argument\n', 400),
  malformed: textPage('incorrect function argument\n', 400),
} as const;

/** The arguments of a request, of its address and of its form. */
export function formOf({ path, body }: HttpRequest): URLSearchParams {
  const query = path.split('?')[1] ?? '';
  return new URLSearchParams([...new URLSearchParams(body), ...new URLSearchParams(query)]);
}

/** The whole numbers of these names, or what is wrong with them. */
export function wholeNumbers(
  form: URLSearchParams,
  names: readonly string[],
): readonly number[] | HttpResponse {
  const texts = names.map(name => form.get(name) ?? '');
  if (texts.includes('')) return consumerFaults.missing;
  if (!texts.every(text => /^[+-]?\d+$/.test(text))) return consumerFaults.malformed;
  return texts.map(Number);
}

class Consumer {
  private cpuMillis = 0;
  private memoryBytes = 0;
  private readonly metrics = new Map<string, number>();

  constructor(private readonly context: ContainerContext) {}

  answer(request: HttpRequest): HttpResponse {
    const [path = ''] = request.path.split('?');
    if (path === '/metrics') return sniffedPage(this.exposition());
    if (request.method !== 'POST') return consumerFaults.method;
    const form = formOf(request);
    switch (path) {
      case '/ConsumeCPU':
        return this.consume(form, 'millicores', amount => (this.cpuMillis += amount));
      case '/ConsumeMem':
        return this.consume(form, 'megabytes', amount => (this.memoryBytes += amount * megabyte));
      case '/BumpMetric':
        return this.bump(form);
      case '/GetCurrentStatus':
        return textPage('Warning: not implemented!\nGetCurrentStatus');
      default:
        return textPage(`unknown function: ${path}\n`, 404);
    }
  }

  private consume(
    form: URLSearchParams,
    name: 'millicores' | 'megabytes',
    add: (amount: number) => void,
  ): HttpResponse {
    const read = wholeNumbers(form, ['durationSec', name]);
    if ('status' in read) return read;
    const [seconds = 0, amount = 0] = read;
    const use = (more: number): void => {
      add(more);
      this.context.use({ cpuMillis: this.cpuMillis, memoryBytes: this.memoryBytes });
    };
    use(amount);
    this.after(seconds, () => use(-amount));
    const title = name === 'millicores' ? 'ConsumeCPU' : 'ConsumeMem';
    return textPage(`${title}\n${amount} ${name}\n${seconds} durationSec\n`);
  }

  private bump(form: URLSearchParams): HttpResponse {
    const metric = form.get('metric') ?? '';
    const read = wholeNumbers(form, ['durationSec']);
    const delta = Number(form.get('delta') ?? '');
    if (metric === '' || !form.has('delta')) return consumerFaults.missing;
    if ('status' in read) return read;
    if (Number.isNaN(delta)) return consumerFaults.malformed;
    const [seconds = 0] = read;
    const add = (more: number): void =>
      void this.metrics.set(metric, (this.metrics.get(metric) ?? 0) + more);
    add(delta);
    this.after(seconds, () => add(-delta));
    return textPage(`BumpMetric\n${metric} metric\n${delta} delta\n${seconds} durationSec\n`);
  }

  private after(seconds: number, action: () => void): void {
    this.context.clock.after(Math.max(0, seconds) * 1_000, 'resource-consumer', action);
  }

  private exposition(): string {
    return Array.from(
      this.metrics,
      ([name, value]) =>
        `# HELP ${name} info message.\n# TYPE ${name} gauge\n${name} ${value.toFixed(6)}\n`,
    ).join('');
  }
}
