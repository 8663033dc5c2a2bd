/** What roles do not allow is answered with 403. */
import type { User } from '../../sim/server/user.js';
import { Rights, userOf } from './kit/rights.js';
import { law, type Breach, type Outcome } from './law.js';
import { measured } from './story.js';

type Access = Extract<Outcome, { kind: 'access' }>;

/** So many questions are remembered; then all are forgotten. */
const rememberedMax = 10_000;

const defaults = {
  /** Roles and bindings that changed so lately may not be known to the authoriser yet. */
  lagMs: 5_000,
};

/**
 * Judged for users whose groups are known: service accounts, and those that the measurement tells the
 * groups of. A refusal by admission, a 404, or a typo in a probe is not taken for a refusal of the
 * authoriser; and that the refusals mean something is shown by a positive control: an allowed request that
 * was answered. Kubelets are left to the node authoriser.
 */
export const forbiddenMeans403 = law({
  name: 'forbidden-means-403',
  family: 'security',
  says: 'a request that no role allows is refused with 403 by the authoriser, and one that a role allows is not',
  source: 'https://kubernetes.io/docs/reference/access-authn-authz/rbac/',
  settings: defaults,
  begin({ lagMs }) {
    const rights = new Rights();
    const answers = new Answers(rights);
    const breaches: Breach[] = [];
    let forbidden = 0;
    let hasControl = false;
    const tell = (access: Access, what: string): void => {
      const { timeMs, user, verb, resource, namespace, name, code } = access;
      const place = namespace === '' ? '' : ` in ${namespace}`;
      const asked = `${user} asks to ${verb} ${resource}${name === '' ? '' : ` ${name}`}${place}`;
      breaches.push({
        timeMs,
        what: `${asked} and gets ${code}, although ${what}`,
        objects: [user, `${resource} ${namespace === '' ? '' : `${namespace}/`}${name}`],
        evidence: [
          measured(timeMs, `${asked}: ${code}, refused by ${access.refusedBy ?? 'nobody'}`),
        ],
      });
    };
    return {
      on: rights.on,
      outcome(outcome) {
        if (outcome.kind !== 'access' || outcome.user.startsWith('system:node:')) return;
        const user = answers.userOf(outcome);
        if (user === undefined || user.groups.includes('system:masters')) return;
        if (rights.changedMs > outcome.timeMs - lagMs || outcome.code === 401) return;
        const isRefused = outcome.code === 403 && outcome.refusedBy === 'authorizer';
        if (answers.isAllowed(user, outcome)) {
          if (isRefused) tell(outcome, 'a role allows it');
          else if (outcome.code < 300) hasControl = true;
          return;
        }
        forbidden++;
        if (!isRefused) tell(outcome, 'no role allows it');
      },
      end() {
        if (forbidden === 0 || hasControl) return { looked: forbidden, breaches };
        const inconclusive = 'no positive control: no request that a role allows was answered';
        return { looked: forbidden, breaches, inconclusive };
      },
    };
  },
});

/** Components ask the same again and again: what roles say to it holds until one of them changes. */
class Answers {
  private readonly users = new Map<string, User | undefined>();
  private readonly allowed = new Map<string, boolean>();
  private changedMs = -Infinity;

  constructor(private readonly rights: Rights) {}

  /** The same object for the same user. */
  userOf({ user: name, groups }: Access): User | undefined {
    const key = `${name} ${groups?.join(' ') ?? ''}`;
    if (!this.users.has(key)) {
      if (this.users.size >= rememberedMax) this.users.clear();
      this.users.set(key, userOf(name, groups));
    }
    return this.users.get(key);
  }

  isAllowed(user: User, { verb, resource, namespace, name, groups }: Access): boolean {
    if (this.changedMs !== this.rights.changedMs || this.allowed.size >= rememberedMax) {
      this.allowed.clear();
      this.changedMs = this.rights.changedMs;
    }
    const key = `${user.name} ${groups?.join(' ') ?? ''} ${verb} ${resource} ${namespace}/${name}`;
    let answer = this.allowed.get(key);
    if (answer === undefined) {
      answer = this.rights.allows(user, { verb, resource, namespace, name });
      this.allowed.set(key, answer);
    }
    return answer;
  }
}
