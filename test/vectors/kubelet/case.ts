/** The shape of a kubelet vector. */

/** A write of a pod, recorded. */
export interface TraceEntry {
  readonly t: number;
  readonly nodeName?: string;
  readonly generation?: number;
  readonly deletion?: { readonly graceSeconds: number };
  readonly finalizers?: readonly string[];
  readonly gone?: true;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** An event's write, recorded. */
export interface EventEntry {
  readonly t: number;
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly reporting: string;
  readonly fieldPath?: string;
}

/** A step of a case. */
export interface Action {
  readonly at: number;
  readonly what: string;
  readonly note?: string;
  readonly gracePeriodSeconds?: number;
  readonly type?: string;
  readonly subresource?: string;
  readonly method?: string;
  readonly url?: string;
  readonly query?: string;
  readonly command?: readonly string[];
  readonly container?: string;
  readonly body?: unknown;
  readonly keepBody?: boolean;
  readonly resultDiffers?: boolean;
  readonly result?: {
    readonly status?: number;
    readonly body?: unknown;
    readonly exit?: number;
    readonly stdout?: string;
    readonly stderr?: string;
  };
}

/** The times of one write in the three recordings. */
export interface Timing {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** A recorded case. */
export interface KubeletCase {
  readonly id: string;
  readonly title: string;
  readonly group: string;
  readonly objects?: readonly {
    readonly kind: string;
    readonly metadata: { readonly name: string };
  }[];
  readonly pod?: { readonly metadata: { readonly name: string } };
  readonly actions?: readonly Action[];
  readonly trace?: readonly TraceEntry[];
  readonly timing?: readonly Timing[];
  readonly events?: readonly EventEntry[];
  readonly eventTiming?: readonly (Timing | null)[];
  readonly dropped?: {
    readonly trace?: readonly { readonly t: number; readonly what: string }[];
    readonly events?: readonly {
      readonly t: number;
      readonly reason: string;
      readonly message: string;
    }[];
  };
  readonly recordedSeconds?: number;
}
