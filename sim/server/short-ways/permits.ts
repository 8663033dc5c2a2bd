/**
 * What authentication, authorization and admission said to a request of a connection. It holds for the
 * next one of its kind as long as nothing was changed that they look at.
 */
import {
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  mutatingWebhookConfigurations,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
  validatingWebhookConfigurations,
} from '../../api/kinds/admissionregistration.js';
import { namespaces } from '../../api/kinds/core.js';
import { clusterRoleBindings, clusterRoles, roleBindings, roles } from '../../api/kinds/rbac.js';
import type { LabelSelector } from '../../api/kinds/meta.js';
import type { KubeObject } from '../../api/object.js';
import type { ApiRequest, Connection } from '../../api/request.js';
import type { GroupResource } from '../access.js';
import { isNamed, isSelected } from '../admission/match/request-match.js';
import type { AuditRecord } from '../audit/auditor.js';
import type { Core } from '../core.js';
import { remembered } from '../remembered.js';
import { requestInfo } from '../request-info.js';
import { RequestState } from '../request-state.js';
import type { User } from '../user.js';
import { managerOf, writeOptions, type WriteOptionsKind } from '../write-options.js';
import { ByConnection } from './by-connection.js';

/** Who a connection writes as. */
export interface Permit {
  readonly user: User;
  readonly manager: string;
  /** What authorization said to the audit log; empty where there is none. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The last change of what decides about it. */
  readonly policyRevision: number;
  /** What whoever asked for it wants to know besides. */
  readonly about: string;
}

/** What says who may do what, of all but nodes. */
export const roleKinds = [roles, clusterRoles, roleBindings, clusterRoleBindings];

/** About what a decision holds. */
export interface Decided {
  /** What the permit carries. */
  readonly about?: string;
  /** Those that have the labels of these objects. Default: all of the key. */
  readonly objects?: readonly KubeObject[] | undefined;
  /** A label in which they differ: whoever selects by it may select any of them. */
  readonly ownLabel?: string;
}

/** What authorization and admission look at in all that has a short way. */
const policyKinds = [
  namespaces,
  ...roleKinds,
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  mutatingAdmissionPolicies,
  mutatingAdmissionPolicyBindings,
  validatingAdmissionPolicies,
  validatingAdmissionPolicyBindings,
];
const hookKinds = [mutatingWebhookConfigurations, validatingWebhookConfigurations];
const policies = [mutatingAdmissionPolicies, validatingAdmissionPolicies];

/** Of webhooks and policies, what they want a say in. */
const wantedSays = remembered([...hookKinds, ...policies], access => {
  const hooks = hookKinds.flatMap(kind => access.list(kind)) as readonly HookConfiguration[];
  const all = policies.flatMap(kind => access.list(kind)) as readonly Policy[];
  return [
    ...hooks
      .flatMap(({ webhooks = [] }) => webhooks)
      .map(({ rules = [], objectSelector }) => ({ rules, selector: objectSelector })),
    ...all
      .map(({ spec }) => spec?.matchConstraints)
      .map(wanted => ({ rules: wanted?.resourceRules ?? [], selector: wanted?.objectSelector })),
  ];
});

const rememberedMax = 10_000;

/** The permits of one kind of write: each has a key, which says what the decisions depended on. */
export class Permits {
  private readonly known = new ByConnection<Permit>(rememberedMax);
  private readonly policyChange: { readonly revision: number };

  /** What is written; webhooks and policies that may want a say in it close the short way. */
  constructor(
    private readonly core: Core,
    private readonly written: {
      readonly kinds: readonly GroupResource[];
      /** Default: the objects themselves. */
      readonly subresource?: string;
      readonly options: WriteOptionsKind;
    },
    besides: readonly GroupResource[] = [],
  ) {
    this.policyChange = core.access.lastChangeOf([...policyKinds, ...besides]);
  }

  /** The permit of the connection, if it still holds. */
  of(key: string, connection: Connection): Permit | undefined {
    const permit = this.known.get(key, connection);
    return permit?.policyRevision === this.policyChange.revision ? permit : undefined;
  }

  /** Remembers what was decided about a write that has succeeded. */
  learn(key: string, context: RequestState, decided: Decided = {}): void {
    const { about = '' } = decided;
    const { connection, request, info } = context;
    const isTrusted = connection.omitsManagedFields === true && request.headers === undefined;
    if (!isTrusted || info.query !== '' || this.isHooked(decided)) return;
    const options = writeOptions(context, this.written.options);
    if (!('fieldManager' in options)) return;
    this.known.set(key, connection, {
      user: context.user,
      manager: managerOf(context, options),
      annotations: context.annotations,
      policyRevision: this.policyChange.revision,
      about,
    });
  }

  /** Whether a webhook or a policy may want a say in these objects, or in any. */
  isHooked({ objects, ownLabel }: Decided): boolean {
    return wantedSays(this.core.access).some(
      ({ rules, selector }) =>
        rules.some(rule => this.concerns(rule)) &&
        (objects === undefined ||
          (ownLabel !== undefined && asksFor(selector, ownLabel)) ||
          objects.some(one => isSelected(selector, one))),
    );
  }

  private concerns({ apiGroups = [], resources = [] }: Rule): boolean {
    const { kinds, subresource = '' } = this.written;
    return kinds.some(
      ({ group, resource }) =>
        (apiGroups.includes('*') || apiGroups.includes(group)) &&
        resources.some(wanted => isNamed(wanted, resource, subresource)),
    );
  }
}

function asksFor(selector: LabelSelector | undefined, label: string): boolean {
  const { matchLabels = {}, matchExpressions = [] } = selector ?? {};
  return matchLabels[label] !== undefined || matchExpressions.some(({ key }) => key === label);
}

/** Begins the audit of a request that goes the short way, as the chain does; undefined: it is not logged. */
export function beginAudit(
  { auditor, clock }: Core,
  permit: Pick<Permit, 'user' | 'annotations'>,
  sent: { readonly request: ApiRequest; readonly connection: Connection },
): AuditRecord | undefined {
  if (auditor === undefined) return undefined;
  const { request, connection } = sent;
  const info = requestInfo(request.method, request.path);
  const context = new RequestState(request, connection, info, clock.now());
  context.user = permit.user;
  context.annotated(permit.annotations);
  return auditor.begin(context);
}

interface Rule {
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
}

interface HookConfiguration {
  readonly webhooks?: readonly {
    readonly rules?: readonly Rule[];
    readonly objectSelector?: LabelSelector;
  }[];
}

interface Policy {
  readonly spec?: {
    readonly matchConstraints?: {
      readonly resourceRules?: readonly Rule[];
      readonly objectSelector?: LabelSelector;
    };
  };
}
