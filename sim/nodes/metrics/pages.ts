/**
 * The pages that a kubelet serves to whoever reaches its port: metrics, `/stats/summary`, `/pods`,
 * `/runningpods/` and `/healthz`.
 * Whom it answers is said by `sim/kubelet-guard.ts`. Other pages (`/configz`, `/logs`) are not served.
 * @upstream pkg/kubelet/server/server.go
 */
import { expositionOf, expositionType, type Family } from '../../api/exposition.js';
import { isHttpRequest, type HttpResponse } from '../../api/http-message.js';
import type { ServingKubelet } from '../node-server.js';
import { cadvisorFamilies } from './cadvisor.js';

import { kubeletFamilies, sliFamilies } from './kubelet.js';
import { probeFamilies } from './probes.js';
import { resourceFamilies } from './resource.js';
import { summaryOf } from './summary.js';
import { usedNow, type UsedOf } from './used.js';

const plainType = 'text/plain; charset=utf-8';

/** The kubelet whose pages they are. */
export type PagesOf = Pick<ServingKubelet, 'shape' | 'entries' | 'startedMs' | 'counted'>;

/** Answers one request; it costs nothing until somebody asks. */
export function kubeletPage(payload: unknown, of: UsedOf, kubelet: PagesOf): HttpResponse {
  if (!isHttpRequest(payload)) return page('400 Bad Request', 400);
  const [path = ''] = payload.path.split('?');
  if (path === '/healthz') return page('ok', 200);
  const isRead = payload.method === 'GET' || payload.method === 'HEAD';
  if (path === '/stats/summary' && isRead) {
    const body = JSON.stringify(summaryOf(usedNow(of), kubelet), undefined, 1);
    return { status: 200, contentType: 'application/json', body };
  }
  if (path === '/pods' && isRead) return podList(Array.from(kubelet.entries(), ({ pod }) => pod));
  if (/^\/runningpods\/?$/.test(path) && isRead) return podList(runningPods(of));
  const families = familiesAt(path, of, kubelet);
  if (families === undefined) return page('404 page not found\n', 404);
  if (!isRead) return page('', 405);
  return { status: 200, contentType: expositionType, body: expositionOf(families) };
}

function podList(items: readonly object[]): HttpResponse {
  const body = `${JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items })}\n`;
  return { status: 200, contentType: 'application/json', body };
}

/** What the runtime knows of the pods that run, which is little. @upstream pkg/kubelet/container/runtime.go ToAPIPod */
function runningPods({ runtime }: UsedOf): readonly object[] {
  return runtime.podUids().flatMap(uid => {
    const [newest] = runtime.containersOf(uid);
    if (newest === undefined) return [];
    const { sandboxes, containers } = runtime.status(uid);
    const running = containers.filter(({ state }) => state === 'running');
    if (running.length === 0 && !sandboxes.some(({ isReady }) => isReady)) return [];
    const { name, namespace } = newest.config.pod.metadata;
    const told = running.map(({ name, image }) => ({ name, image, resources: {} }));
    return [{ metadata: { name, namespace, uid }, spec: { containers: told }, status: {} }];
  });
}

function familiesAt(path: string, of: UsedOf, kubelet: PagesOf): readonly Family[] | undefined {
  switch (path) {
    case '/metrics':
      return kubeletFamilies(of, kubelet);
    case '/metrics/cadvisor':
      return cadvisorFamilies(usedNow(of), kubelet.shape, of.clock.now());
    case '/metrics/probes':
      return probeFamilies(kubelet.entries());
    case '/metrics/resource':
      return resourceFamilies(usedNow(of));
    case '/metrics/slis':
      return sliFamilies(kubelet.startedMs());
    default:
      return undefined;
  }
}

const page = (body: string, status: number): HttpResponse => ({
  status,
  contentType: plainType,
  body,
});
