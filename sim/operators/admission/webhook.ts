/** The contract of the admission webhooks that an operator serves. */
import type { Kind, KubeObject } from '../../api/object.js';
import type { Reconciliation } from '../../client/contract.js';

/** What a webhook is asked about. */
export interface WebhookRequest {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly name: string;
  readonly namespace: string;
  /** The object as it would be stored; absent for a deletion. */
  readonly object?: KubeObject;
  readonly oldObject?: KubeObject;
  /** Who asks. */
  readonly user?: string;
  /** What else is known of who asks. */
  readonly identity?: {
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
  /** Nothing will be stored. Default false. */
  readonly isDryRun?: boolean;
}

/** What it says. */
export type WebhookVerdict =
  | {
      readonly isAllowed: true;
      /** For those that mutate: the object as it should be. */
      readonly object?: KubeObject;
      readonly warnings?: readonly string[];
    }
  | { readonly isAllowed: false; readonly message: string; readonly code?: number };

/** Judges one request; like a reconciler it may ask the API server, and time goes by. */
export type Webhook = (request: WebhookRequest) => Reconciliation<WebhookVerdict>;

/** The object in the version that is asked for. */
export type Converter = (object: KubeObject, apiVersion: string) => KubeObject;

/** The webhooks of an operator, and the service by which the API server reaches them. */
export interface Webhooks {
  readonly service: { readonly namespace: string; readonly name: string };
  /** By the path of the URL. */
  readonly byPath: Readonly<Record<string, Webhook>>;
  /** The kinds whose objects may come without a spec: webhooks get the kind's empty one. */
  readonly kinds?: readonly Pick<Kind, 'kind' | 'emptySpec'>[];
  /** The webhooks that convert objects of CRDs between their versions, by the path of the URL. */
  readonly converters?: Readonly<Record<string, Converter>>;
}
