import { expect, it } from 'vitest';
import { Past, podSpec, storyOf, verdictOnNothing } from '../../test/laws/history.js';
import { deniedPairsSilent } from './denied-pairs-silent.js';

const policy = {
  spec: {
    podSelector: { matchLabels: { app: 'db' } },
    policyTypes: ['Ingress'],
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: 'web' } } }], ports: [{ port: 5432 }] },
    ],
  },
};

function pod(past: Past, app: string, ip: string): Past {
  const metadata = { labels: { app } };
  return past.write('Pod', `n/${app}`, {
    metadata,
    spec: podSpec({}, 'n1'),
    status: { podIP: ip },
  });
}

/** Only web may talk to the database, and only at its port. */
function policed(): Past {
  const past = new Past().write('Namespace', 'n').write('NetworkPolicy', 'n/db', policy);
  return pod(pod(pod(past, 'db', '10.0.0.1'), 'web', '10.0.0.2'), 'other', '10.0.0.3').at('1m');
}

function knock(past: Past, from: string, port: number, result: 'connected' | 'timed out'): Past {
  return past.measure({ kind: 'connection', from, to: 'n/db', port, protocol: 'TCP', result });
}

it('is broken when a denied pair connects', () => {
  const past = knock(policed(), 'n/web', 5432, 'connected').at('2m');
  expect(storyOf(knock(past, 'n/web', 22, 'connected').verdict(deniedPairsSilent))).toEqual({
    what: 'n/web reached Pod n/db at TCP 22, which network policies deny',
    objects: ['n/web', 'Pod n/db', 'NetworkPolicy n/db'],
    evidence: [
      '0s kubernetes-admin creates NetworkPolicy n/db',
      '120s n/web reached Pod n/db at TCP 22',
    ],
  });
});

it('holds when denied pairs are silent and an allowed one is not, from addresses outside too', () => {
  const past = knock(knock(policed(), 'n/web', 5432, 'connected'), 'n/other', 5432, 'timed out');
  const verdict = knock(past, '203.0.113.9', 5432, 'timed out').verdict(deniedPairsSilent);
  expect(verdict).toMatchObject({ kind: 'held', looked: 2 });
});

it('lets pods on the network of the node reach what is on that node, and nothing else', () => {
  const onHost = (past: Past, node: string): Past =>
    past.write('Pod', `n/${node}`, {
      metadata: { labels: { app: 'agent' } },
      spec: { ...podSpec({}, node), hostNetwork: true },
      status: { podIP: `192.0.2.${node.slice(1)}` },
    });
  const past = onHost(onHost(policed(), 'n1'), 'n2').at('3m');
  const verdict = knock(knock(past, 'n/web', 5432, 'connected'), 'n/n1', 22, 'connected');
  expect(verdict.verdict(deniedPairsSilent)).toMatchObject({ kind: 'vacuous' });
  expect(storyOf(knock(past, 'n/n2', 22, 'connected').verdict(deniedPairsSilent))).toMatchObject({
    what: 'n/n2 reached Pod n/db at TCP 22, which network policies deny',
  });
});

it('cannot be said when nothing connects at all', () => {
  const past = knock(knock(policed(), 'n/web', 5432, 'timed out'), 'n/other', 5432, 'timed out');
  expect(past.verdict(deniedPairsSilent)).toMatchObject({
    kind: 'inconclusive',
    why: 'no positive control: no allowed connection was made either',
  });
});

it('does not judge by a policy that has only just come', () => {
  const past = policed()
    .at('61s')
    .write('NetworkPolicy', 'n/all', { spec: { podSelector: {}, policyTypes: ['Egress'] } })
    .at('62s');
  expect(knock(past, 'n/web', 22, 'connected').verdict(deniedPairsSilent).kind).toBe('vacuous');
});

it('is broken when a pair connects that sidecars deny', () => {
  const meshed = (past: Past, app: string, ip: string): Past =>
    past.write('Pod', `n/${app}`, {
      metadata: { labels: { app } },
      spec: {
        ...podSpec({}, 'n1'),
        serviceAccountName: app,
        initContainers: [{ name: 'istio-proxy' }],
      },
      status: { podIP: ip },
    });
  const past = new Past().write('Namespace', 'n').write('AuthorizationPolicy', 'n/db', {
    spec: {
      selector: { matchLabels: { app: 'db' } },
      rules: [{ from: [{ source: { ipBlocks: ['10.0.0.2'] } }] }],
    },
  });
  const all = meshed(meshed(meshed(past, 'db', '10.0.0.1'), 'web', '10.0.0.2'), 'x', '10.0.0.3');
  const held = knock(knock(all.at('1m'), 'n/web', 5432, 'connected'), 'n/x', 5432, 'timed out');
  expect(held.verdict(deniedPairsSilent)).toMatchObject({ kind: 'held', looked: 1 });
  expect(storyOf(knock(held, 'n/x', 5432, 'connected').verdict(deniedPairsSilent))).toMatchObject({
    what: 'n/x reached Pod n/db at TCP 5432, which the mesh denies',
    objects: ['n/x', 'Pod n/db', 'AuthorizationPolicy n/db'],
  });
});

it('has nothing to judge in an empty history', () => {
  expect(verdictOnNothing(deniedPairsSilent)).toBe('vacuous');
});
