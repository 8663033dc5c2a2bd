/** The recorded scenarios of the API, as their README describes them. */

/** Who sends a request; absent: the administrator. */
export type Caller =
  | 'anonymous'
  | {
      readonly impersonate?: string;
      readonly uid?: string;
      readonly groups?: readonly string[];
      readonly extra?: Readonly<Record<string, readonly string[]>>;
      readonly token?: string;
    };

/** What a step expects. */
export interface Expectation {
  readonly status: number;
  readonly warnings?: readonly string[];
  readonly contentType?: string;
  readonly headers?: Readonly<Record<string, string | null>>;
  readonly body?: unknown;
  readonly cutLines?: string;
  readonly decodeToken?: boolean;
  readonly pick?: readonly string[];
  readonly view?: unknown;
  readonly unordered?: boolean;
  readonly events?: readonly unknown[];
  readonly closed?: boolean;
  readonly ignorePlainBookmarks?: boolean;
  readonly calls?: readonly Readonly<Record<string, unknown>>[];
}

/** A step: a request, or what `do` says. */
export interface Step {
  readonly do?: string;
  readonly as?: Caller;
  readonly method?: string;
  readonly url?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly bodyRepeat?: readonly [string, string, number, string, string];
  readonly expect: Expectation;
  readonly partial?: boolean;
  readonly text?: boolean;
  readonly until?: unknown;
  readonly seconds?: number;
  readonly during?: readonly Step[];
  readonly reset?: boolean;
  readonly path?: string;
  readonly match?: AuditMatch;
}

/** Which audit events are meant. */
export interface AuditMatch {
  readonly uri?: string;
  readonly notUri?: string;
  readonly stage?: string;
  readonly code?: number;
  readonly impersonated?: boolean;
}

/** How a webhook server behaves on a path. */
export interface Hook {
  readonly response?: Readonly<Record<string, unknown>> & { readonly patch?: unknown };
  readonly delaySeconds?: number;
  readonly raw?: unknown;
  readonly code?: number;
  readonly contentType?: string;
}

/** A scenario: a cluster of its own. */
export interface Scenario {
  readonly id: string;
  readonly family: string;
  readonly needs?:
    | readonly string[]
    | {
        readonly apiserverFlags?: readonly string[];
        readonly auditPolicy?: unknown;
        readonly userAgent?: string;
      };
  readonly hooks?: Readonly<Record<string, Hook>>;
  readonly steps: readonly Step[];
}

/** What of the needs is not a list of controllers. */
export function needsOf({ needs }: Scenario) {
  return Array.isArray(needs) || needs === undefined
    ? {}
    : (needs as Exclude<Scenario['needs'], readonly string[] | undefined>);
}
