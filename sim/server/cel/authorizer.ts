/** The authorizer in CEL: asks what a user may do. @upstream apiserver/pkg/cel/library/authz.go */
import { Opaque, type CelValue } from '../../api/cel/values.js';
import type {
  AuthorizationAttributes,
  AuthorizationDecision,
  Authorizer,
} from '../authorization/authorizer.js';
import type { User } from '../user.js';

const prefix = 'kubernetes.authorization.';

type Stage = 'Authorizer' | 'PathCheck' | 'GroupCheck' | 'ResourceCheck';

/** The methods of each stage: the field that each sets, and the stage after it. */
const methods: Readonly<Record<Stage, Readonly<Record<string, Stage>>>> = {
  Authorizer: { group: 'GroupCheck' },
  PathCheck: {},
  GroupCheck: { resource: 'ResourceCheck' },
  ResourceCheck: {
    subresource: 'ResourceCheck',
    namespace: 'ResourceCheck',
    name: 'ResourceCheck',
    fieldSelector: 'ResourceCheck',
    labelSelector: 'ResourceCheck',
  },
};

/** A check that is being put together: the authorizer itself, a path, a group, a resource. */
class Check extends Opaque {
  readonly typeName: string;

  constructor(
    private readonly stage: Stage,
    private readonly authorizer: Authorizer,
    private readonly attributes: AuthorizationAttributes,
  ) {
    super();
    this.typeName = prefix + stage;
  }

  override invoke(name: string, args: readonly CelValue[]): CelValue | undefined {
    const [first = ''] = args;
    if (typeof first !== 'string') return undefined;
    if (this.stage === 'Authorizer') {
      if (name === 'path') return this.path(first);
      if (name === 'serviceAccount') return this.serviceAccount(first, args[1]);
    }
    if (name === 'check' && (this.stage === 'PathCheck' || this.stage === 'ResourceCheck')) {
      return new Decision(this.authorizer.authorize({ ...this.attributes, verb: first }));
    }
    const { [name]: next } = methods[this.stage];
    return next && this.next(next, { [name]: first, isResourceRequest: true });
  }

  private next(stage: Stage, changes: Partial<AuthorizationAttributes>): Check {
    return new Check(stage, this.authorizer, { ...this.attributes, ...changes });
  }

  private path(path: string): Check {
    return this.next('PathCheck', { path, isResourceRequest: false });
  }

  private serviceAccount(namespace: string, name: CelValue = ''): CelValue | undefined {
    if (typeof name !== 'string') return undefined;
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
    const user = { name: `system:serviceaccount:${namespace}:${name}`, groups };
    return this.next('Authorizer', { user });
  }
}

/** What came of a check. */
class Decision extends Opaque {
  readonly typeName = `${prefix}Decision`;

  constructor(private readonly decision: AuthorizationDecision) {
    super();
  }

  override invoke(name: string): CelValue | undefined {
    const { decision, reason, error } = this.decision;
    switch (name) {
      case 'allowed':
        return decision === 'allow';
      case 'reason':
        return reason;
      case 'errored':
        return error !== undefined;
      case 'error':
        return error ?? '';
      default:
        return undefined;
    }
  }
}

const blank = {
  group: '',
  version: '*',
  resource: '',
  subresource: '',
  namespace: '',
  name: '',
};

/** The variables `authorizer`, for the user, and `authorizer.requestResource`, a check of what is asked for. */
export function authorizerVariables(
  authorizer: Authorizer,
  user: User,
  requestResource: Omit<AuthorizationAttributes, 'user' | 'verb' | 'path' | 'isResourceRequest'>,
): Readonly<Record<string, CelValue>> {
  const asked = { user, verb: '', path: '', isResourceRequest: true };
  const resource = new Check('ResourceCheck', authorizer, { ...asked, ...requestResource });
  const own = { ...blank, ...asked, isResourceRequest: false };
  return {
    authorizer: new Check('Authorizer', authorizer, own),
    'authorizer.requestResource': resource,
  };
}
