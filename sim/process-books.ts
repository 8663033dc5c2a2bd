/** Which processes count what they do: those that others may ask, in the network, how they fare. */
import { ProcessMetrics } from './client/process-metrics.js';
import type { Clock } from './engine/clock.js';
import type { MetricsOf } from './program-doors.js';
import type { ServerSettings } from './server/resources/strategy.js';
import type { SimulationOptions } from './simulation.js';

const counted = /^(?:kube-controller-manager|kube-scheduler|kubelet\/.*)$/;

/** The book of a process by its name: the same through all of its lives. */
export function processBooks(
  { countsRequests: isCounting = false }: Pick<SimulationOptions, 'countsRequests'>,
  clock: Clock,
  { advertised }: Pick<Partial<ServerSettings>, 'advertised'>,
): MetricsOf {
  const books = new Map<string, ProcessMetrics>();
  const host = advertised === undefined ? '' : `${advertised.address}:${advertised.port}`;
  return name => {
    if (!counted.test(name)) return undefined;
    let book = books.get(name);
    if (book === undefined)
      books.set(name, (book = new ProcessMetrics(clock, { host, isCounting })));
    return book;
  };
}
