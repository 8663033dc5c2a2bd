/**
 * Pods that fail again and again get no requests of a proxy for a while, if so many may be missed.
 * @upstream istio pilot/pkg/networking/core/cluster_traffic_policy.go (applyOutlierDetection, 1.30), envoy
 *   source/common/upstream/outlier_detection_impl.cc
 */
import { durationMs } from './duration.js';
import type { OutlierDetection } from './kinds.js';
import { isGatewayError, type AttemptOutcome } from './retries.js';

/** When a pod is passed over, and for how long. */
export interface OutlierSettings {
  /** So many failures one after another; 0: they do not count. */
  readonly errorsMax: number;
  readonly gatewayErrorsMax: number;
  /** Of connections, where these are counted apart; otherwise they are failures like others. */
  readonly connectFailuresMax: number | undefined;
  readonly intervalMs: number;
  readonly baseEjectionMs: number;
  /** Of the pods, so many in a hundred may be passed over. */
  readonly ejectedPercentMax: number;
  /** With fewer in a hundred left, all are asked again. */
  readonly healthyPercentMin: number;
}

/** Envoy's defaults, where Istio sets nothing. */
const usual = { errors: 5, intervalMs: 10_000, baseEjectionMs: 30_000, percentMax: 10 } as const;
const ejectionMaxMs = 300_000;

/** The settings; undefined: none are wanted. Errors of gateways count only where they are named. */
export function outlierSettings(from: OutlierDetection | undefined): OutlierSettings | undefined {
  if (from === undefined) return undefined;
  const isSplit = from.splitExternalLocalOriginErrors === true;
  return {
    errorsMax: from.consecutive5xxErrors ?? usual.errors,
    gatewayErrorsMax: from.consecutiveGatewayErrors ?? 0,
    connectFailuresMax: isSplit ? from.consecutiveLocalOriginFailures || usual.errors : undefined,
    intervalMs: from.interval === undefined ? usual.intervalMs : durationMs(from.interval),
    baseEjectionMs:
      from.baseEjectionTime === undefined
        ? usual.baseEjectionMs
        : durationMs(from.baseEjectionTime),
    ejectedPercentMax: Math.min(from.maxEjectionPercent || usual.percentMax, 100),
    healthyPercentMin: from.minHealthPercent ?? 0,
  };
}

/** How many of so many pods may be passed over at once. */
export function ejectableOf(hosts: number, { ejectedPercentMax }: OutlierSettings): number {
  return Math.floor((hosts * ejectedPercentMax) / 100);
}

interface Host {
  errors: number;
  gatewayErrors: number;
  connectFailures: number;
  /** Undefined: it gets requests. */
  ejectedMs: number | undefined;
  unejectedMs: number | undefined;
  /** By so many times the base is it passed over. */
  factor: number;
}

/** What one proxy knows of the pods of one service, or subset. */
export class OutlierDetector {
  private readonly hosts = new Map<string, Host>();
  private lastTickMs: number;

  constructor(
    readonly settings: OutlierSettings,
    startMs: number,
  ) {
    this.lastTickMs = startMs;
  }

  /** Those of the pods that get requests. */
  healthy<T extends { readonly ip: string }>(all: readonly T[], nowMs: number): readonly T[] {
    this.tick(nowMs);
    this.keep(all);
    const left = all.filter(({ ip }) => this.hosts.get(ip)?.ejectedMs === undefined);
    const isPanicking = left.length * 100 < all.length * this.settings.healthyPercentMin;
    return isPanicking ? all : left;
  }

  /** Takes in what came of a request to one of the pods. */
  put(ip: string, outcome: AttemptOutcome, nowMs: number): void {
    this.tick(nowMs);
    const host = this.hosts.get(ip);
    if (host === undefined) return;
    const { errorsMax, gatewayErrorsMax, connectFailuresMax } = this.settings;
    if (connectFailuresMax !== undefined) {
      host.connectFailures = outcome.kind === 'connect-failure' ? host.connectFailures + 1 : 0;
      if (outcome.kind === 'connect-failure') {
        if (host.connectFailures === connectFailuresMax) {
          this.eject(host, nowMs);
          host.connectFailures = 0;
        }
        return;
      }
    }
    const status = outcome.kind === 'answer' ? outcome.status : 503;
    const isError = status >= 500 && status < 600;
    host.gatewayErrors = isGatewayError(status) ? host.gatewayErrors + 1 : 0;
    host.errors = isError ? host.errors + 1 : 0;
    if (host.gatewayErrors > 0 && host.gatewayErrors === gatewayErrorsMax) {
      this.eject(host, nowMs);
      host.gatewayErrors = 0;
    }
    if (host.errors > 0 && host.errors === errorsMax) {
      this.eject(host, nowMs);
      host.errors = 0;
    }
  }

  private eject(host: Host, nowMs: number): void {
    if (host.ejectedMs !== undefined) return;
    const all = [...this.hosts.values()];
    const ejected = all.filter(one => one.ejectedMs !== undefined).length;
    // Not even one is passed over where it would be too many.
    if (100 * (ejected + 1) > this.settings.ejectedPercentMax * all.length) return;
    host.ejectedMs = nowMs;
    if (
      host.factor * this.settings.baseEjectionMs <
      this.ejectionMaxMs + this.settings.baseEjectionMs
    ) {
      host.factor++;
    }
  }

  private get ejectionMaxMs(): number {
    return Math.max(ejectionMaxMs, this.settings.baseEjectionMs);
  }

  /** At the end of each interval pods come back, and their past is forgotten step by step. */
  private tick(nowMs: number): void {
    const { intervalMs, baseEjectionMs } = this.settings;
    const step = Math.max(intervalMs, 1);
    while (this.lastTickMs + step <= nowMs) {
      if ([...this.hosts.values()].every(isForgotten)) {
        this.lastTickMs += Math.floor((nowMs - this.lastTickMs) / step) * step;
        return;
      }
      this.lastTickMs += step;
      for (const host of this.hosts.values()) {
        const { ejectedMs } = host;
        const forMs = Math.min(baseEjectionMs * host.factor, this.ejectionMaxMs);
        if (ejectedMs !== undefined && this.lastTickMs - ejectedMs >= forMs) {
          Object.assign(host, fresh(), { factor: host.factor, unejectedMs: this.lastTickMs });
        } else if (
          ejectedMs === undefined &&
          this.lastTickMs - (host.unejectedMs ?? Infinity) >= step
        ) {
          host.factor = Math.max(host.factor - 1, 0);
        }
      }
    }
  }

  /** The pods of the moment. */
  private keep(all: readonly { readonly ip: string }[]): void {
    const here = new Set(all.map(({ ip }) => ip));
    for (const ip of this.hosts.keys()) if (!here.has(ip)) this.hosts.delete(ip);
    for (const ip of here) if (!this.hosts.has(ip)) this.hosts.set(ip, fresh());
  }
}

function isForgotten({ ejectedMs, factor }: Host): boolean {
  return ejectedMs === undefined && factor === 0;
}

function fresh(): Host {
  return {
    ...{ errors: 0, gatewayErrors: 0, connectFailures: 0, factor: 0 },
    ...{ ejectedMs: undefined, unejectedMs: undefined },
  };
}
