import { describe, expect, it } from 'vitest';
import type { ApiAnswer, ApiRequest, WatchEvent } from '../api/request.js';
import { Loop } from '../engine/loop.js';
import { Random } from '../engine/random.js';
import { createApiServer } from './index.js';

const path = '/api/v1/namespaces/default/configmaps';
const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

interface Told {
  readonly metadata: { readonly resourceVersion: string };
}

/** A server of which a config map is changed every five seconds, unless it is not to be. */
class Busy {
  readonly loop = new Loop();
  readonly server = createApiServer({ clock: this.loop, random: new Random(1) });

  constructor({ isChanging = true } = {}) {
    this.ask({ method: 'POST', path, headers: {}, body: { metadata: { name: 'a' } } });
    if (!isChanging) return;
    const change = (): void => {
      const data = { at: String(this.loop.now()) };
      const headers = { 'content-type': 'application/merge-patch+json' };
      this.ask({ method: 'PATCH', path: `${path}/a`, headers, body: { data } });
      this.loop.after(5000, 'change', change);
    };
    change();
  }

  ask(request: ApiRequest): ApiAnswer {
    let answer: ApiAnswer | undefined;
    const connection = { certificate: { user: 'admin', groups: ['system:masters'] } };
    this.server.serve(request, connection, given => (answer = given));
    if (answer === undefined) throw new Error(`${request.path} is answered at once`);
    return answer;
  }

  wait(delayMs: number): void {
    this.loop.runUntil(this.loop.now() + delayMs);
  }

  get kept(): number {
    return [...this.server.history()].length;
  }

  /** What a watch from a revision is told at once. */
  watched(resourceVersion: string): readonly WatchEvent[] {
    const told: WatchEvent[] = [];
    const { stream } = this.ask({
      method: 'GET',
      path: `${path}?watch=1&resourceVersion=${resourceVersion}`,
    });
    const close = stream?.start({
      item: item => void told.push(item as WatchEvent),
      end: () => undefined,
    });
    close?.();
    return told;
  }

  exact(resourceVersion: string): number {
    const query = `resourceVersionMatch=Exact&resourceVersion=${resourceVersion}`;
    return this.ask({ method: 'GET', path: `${path}?${query}` }).status;
  }

  get revision(): string {
    return (this.ask({ method: 'GET', path }).body as Told).metadata.resourceVersion;
  }
}

describe('A server that is compacted regularly', () => {
  it('keeps the changes of the last ten minutes, however long it is served', () => {
    const busy = new Busy();
    busy.server.compactRegularly();
    const perMinute = 12;
    for (let hour = 0; hour < 24; hour++) {
      busy.wait(hourMs + 7 * minuteMs);
      expect(busy.kept).toBeGreaterThanOrEqual(5 * perMinute);
      expect(busy.kept).toBeLessThanOrEqual(10 * perMinute + 1);
    }
  });

  it('answers 410 to a watch from what is forgotten, and goes on from what is not', () => {
    const busy = new Busy();
    busy.server.compactRegularly();
    const old = busy.revision;
    busy.wait(2 * hourMs);
    const recent = busy.revision;
    busy.wait(4 * minuteMs);
    expect(busy.watched(old)).toEqual([
      {
        type: 'ERROR',
        object: expect.objectContaining({
          code: 410,
          reason: 'Expired',
          message: expect.stringMatching(/^too old resource version: \d+ \(\d+\)$/) as string,
        }) as object,
      },
    ]);
    expect(busy.watched(recent)).toHaveLength(48);
    expect([busy.exact(old), busy.exact(recent)]).toEqual([410, 200]);
  });
});

it('is compacted though nothing but leases is written', () => {
  const busy = new Busy({ isChanging: false });
  busy.server.compactRegularly();
  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
  busy.ask({ method: 'POST', path: leases, headers: {}, body: { metadata: { name: 'n' } } });
  const old = busy.revision;
  for (let minute = 0; minute < 16; minute++) {
    busy.wait(minuteMs);
    const headers = { 'content-type': 'application/merge-patch+json' };
    const body = { spec: { leaseTransitions: minute } };
    busy.ask({ method: 'PATCH', path: `${leases}/n`, headers, body });
  }
  expect([busy.exact(old), busy.exact(busy.revision)]).toEqual([410, 200]);
});

it('keeps all of its history unless it is told otherwise', () => {
  const busy = new Busy();
  const old = busy.revision;
  busy.wait(hourMs);
  expect(busy.kept).toBeGreaterThan(720);
  expect(busy.watched(old)).toHaveLength(720);
  expect(busy.exact(old)).toBe(410);
});
