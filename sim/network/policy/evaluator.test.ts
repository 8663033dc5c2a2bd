import { fc, test } from '@fast-check/vitest';
import { describe, expect, it } from 'vitest';
import type { NetworkPolicySpec } from '../../api/kinds/networking.js';
import { addressText, parseAddress, rangeOf } from './address.js';
import { PolicyEvaluator, type Verdict } from './evaluator.js';
import { explainTraffic } from './explain.js';
import type { Policy } from './kinds.js';
import { partyOf, type Party } from './party.js';

const namespaces = new Map<string, Readonly<Record<string, string>>>([
  ['serving', { 'kubernetes.io/metadata.name': 'serving', team: 'risk' }],
  ['training', { 'kubernetes.io/metadata.name': 'training', team: 'risk' }],
  ['default', { 'kubernetes.io/metadata.name': 'default' }],
]);

function pod(
  namespace: string,
  name: string,
  ip: string,
  port?: { name: string; containerPort: number },
): Party {
  return partyOf({
    metadata: { namespace, name, labels: { app: name } },
    spec: { containers: [{ name: 'c', ...(port && { ports: [port] }) }] },
    status: { podIP: ip },
  });
}

const model = pod('serving', 'model', '10.244.1.2', { name: 'http', containerPort: 8080 });
const gateway = pod('serving', 'gateway', '10.244.1.3');
const trainer = pod('training', 'trainer', '10.244.2.2');
const outside: Party = { address: parseAddress('203.0.113.9') ?? -1 };

const policy = (namespace: string, name: string, spec: NetworkPolicySpec): Policy => ({
  kind: 'NetworkPolicy',
  metadata: { namespace, name },
  spec,
});
const denyAll = (namespace: string): Policy =>
  policy(namespace, 'default-deny', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] });

function judge(
  policies: readonly Policy[],
  from: Party,
  to: Party,
  port = 8080,
  protocol = 'TCP',
): Verdict {
  return new PolicyEvaluator({ policies, namespaces }).verdict({ from, to, port, protocol });
}

describe('network policies', () => {
  it('isolate only the directions that they list, and judge the sides apart', () => {
    expect(judge([], trainer, model)).toBe('allow');
    expect(judge([denyAll('serving')], trainer, model)).toBe('ingress-denied');
    expect(judge([denyAll('training')], trainer, model)).toBe('egress-denied');
    expect(judge([denyAll('serving')], gateway, model)).toBe('both-denied');
    expect(judge([denyAll('serving')], model, model)).toBe('allow');
    const silent = policy('serving', 'p', { podSelector: {}, egress: [] });
    expect(judge([silent], trainer, model)).toBe('ingress-denied');
    expect(judge([silent], model, trainer)).toBe('allow');
  });

  it('join the selectors of one peer, and know the labels of namespaces', () => {
    const from = (...peers: NonNullable<NonNullable<NetworkPolicySpec['ingress']>[0]['from']>) =>
      policy('serving', 'p', {
        podSelector: { matchLabels: { app: 'model' } },
        ingress: [{ from: peers }],
      });
    const risk = { namespaceSelector: { matchLabels: { team: 'risk' } } };
    const apps = { podSelector: { matchLabels: { app: 'trainer' } } };
    expect(judge([from({ ...risk, ...apps })], gateway, model)).toBe('ingress-denied');
    expect(judge([from({ ...risk, ...apps })], trainer, model)).toBe('allow');
    expect(judge([from(risk, apps)], gateway, model)).toBe('allow');
    expect(judge([from(apps)], trainer, model)).toBe('ingress-denied');
    expect(judge([from({ podSelector: {} })], outside, model)).toBe('ingress-denied');
  });

  it('look named ports up at the destination, also from the source’s side', () => {
    const named = policy('training', 'p', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ ports: [{ port: 'http' }] }],
    });
    expect(judge([named], trainer, model)).toBe('allow');
    expect(judge([named], trainer, model, 8081)).toBe('egress-denied');
    expect(judge([named], trainer, model, 8080, 'UDP')).toBe('egress-denied');
    expect(judge([named], trainer, outside)).toBe('egress-denied');
  });

  it('match blocks of addresses but for their holes, also those of pods', () => {
    const block = policy('training', 'p', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [{ to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['10.0.0.0/8'] } }] }],
    });
    expect(judge([block], trainer, outside)).toBe('allow');
    expect(judge([block], trainer, model)).toBe('egress-denied');
  });
});

describe('policies of the whole cluster', () => {
  const cluster = (tier: string, priority: number, action: string): Policy => ({
    kind: 'ClusterNetworkPolicy',
    metadata: { name: `${tier}-${priority}` },
    spec: {
      tier,
      priority,
      subject: { namespaces: {} },
      ingress: [{ action, from: [{ namespaces: {} }] }],
    },
  });

  it('speak before and after the network policies, the lower priority first', () => {
    expect(judge([cluster('Admin', 5, 'Deny')], trainer, model)).toBe('ingress-denied');
    const both = [cluster('Admin', 5, 'Deny'), cluster('Admin', 4, 'Accept')];
    expect(judge([...both, denyAll('serving')], trainer, model)).toBe('allow');
    const passed = [cluster('Admin', 5, 'Deny'), cluster('Admin', 4, 'Pass')];
    expect(judge(passed, trainer, model)).toBe('allow');
    expect(judge([...passed, denyAll('serving')], trainer, model)).toBe('ingress-denied');
    expect(judge([cluster('Baseline', 1, 'Deny')], trainer, model)).toBe('ingress-denied');
    expect(judge([cluster('Baseline', 1, 'Deny')], outside, model)).toBe('allow');
  });
});

describe('an explanation', () => {
  const explain = (policies: readonly Policy[], from: Party, to: Party, port = 8080) =>
    explainTraffic(new PolicyEvaluator({ policies, namespaces }), {
      from,
      to,
      port,
      protocol: 'TCP',
    });

  it('names what isolates, and the rules that came close', () => {
    const opening = policy('serving', 'gateway-only', {
      podSelector: {},
      ingress: [
        { from: [{ podSelector: { matchLabels: { app: 'gateway' } } }], ports: [{ port: 8080 }] },
      ],
    });
    const { verdict, egress, ingress } = explain([denyAll('serving'), opening], trainer, model);
    expect(verdict).toBe('ingress-denied');
    expect(egress.text).toBe(
      'no policy speaks of the egress of training/trainer: TCP/8080 to serving/model is allowed',
    );
    expect(ingress.text).toBe(
      'the ingress of serving/model is isolated by NetworkPolicy serving/default-deny, ' +
        'NetworkPolicy serving/gateway-only, and no rule allows TCP/8080 from training/trainer',
    );
    expect(ingress.close).toEqual([
      'NetworkPolicy serving/gateway-only, rule ingress[0], allows TCP/8080, but not for training/trainer',
    ]);
    const wrongPort = explain([opening], gateway, model, 9090).ingress;
    expect(wrongPort.close).toEqual([
      'NetworkPolicy serving/gateway-only, rule ingress[0], allows serving/gateway, but not TCP/9090',
    ]);
    const allowed = explain([opening], gateway, model).ingress;
    expect(allowed.text).toBe(
      'NetworkPolicy serving/gateway-only, rule ingress[0], allows TCP/8080 from serving/gateway',
    );
    expect(explain([denyAll('serving')], model, outside).egress.text).toContain('to 203.0.113.9');
  });
});

const addresses = fc.ipV4();

test.prop([addresses, fc.integer({ min: 0, max: 32 }), addresses])(
  'a range holds an address if they agree on the bits of the prefix',
  (base, bits, address) => {
    const binary = (text: string) =>
      text
        .split('.')
        .map(octet => Number(octet).toString(2).padStart(8, '0'))
        .join('')
        .slice(0, bits);
    expect(rangeOf(`${base}/${bits}`)(parseAddress(address) ?? -1)).toBe(
      binary(base) === binary(address),
    );
    expect(addressText(parseAddress(address) ?? -1)).toBe(address);
  },
);

it('addresses of the two families never meet, and no text is an address by accident', () => {
  const six = parseAddress('fd00:10:244::b') ?? -1;
  expect(rangeOf('fd00::/8')(six)).toBe(true);
  expect(rangeOf('::/0')(parseAddress('10.0.0.1') ?? -1)).toBe(false);
  expect(rangeOf('0.0.0.0/0')(six)).toBe(false);
  expect(addressText(six)).toBe('fd00:10:244::b');
  for (const text of ['', '10.1', '010.0.0.1', '1.2.3.4.5', 'web', ':::']) {
    expect(parseAddress(text)).toBeUndefined();
  }
  expect(rangeOf('10.0.0.0')(0)).toBe(false);
  expect(rangeOf('10.0.0.0/33')(parseAddress('10.0.0.0') ?? -1)).toBe(false);
});

const labels = fc.dictionary(
  fc.constantFrom('app', 'team'),
  fc.constantFrom('model', 'trainer', 'risk'),
  {
    maxKeys: 1,
  },
);
const peers = fc.oneof(
  fc.record({ podSelector: fc.record({ matchLabels: labels }) }),
  fc.record({ namespaceSelector: fc.record({ matchLabels: labels }) }),
  fc.constantFrom({ ipBlock: { cidr: '10.244.0.0/16' } }, { ipBlock: { cidr: '10.244.1.0/24' } }),
);
const rule = fc.record(
  {
    from: fc.array(peers, { maxLength: 2 }),
    ports: fc.array(fc.record({ port: fc.constantFrom(80, 8080, 'http') }), { maxLength: 2 }),
  },
  { requiredKeys: [] },
);
const policies = fc.array(
  fc
    .record({
      podSelector: fc.record({ matchLabels: labels }),
      ingress: fc.array(rule, { maxLength: 3 }),
    })
    .map(spec => policy('serving', 'p', spec)),
  { minLength: 1, maxLength: 4 },
);
const parties = fc.constantFrom(model, gateway, trainer, outside);

test.prop([policies, rule, parties, fc.constantFrom(80, 8080)])(
  'another rule never takes access away, and the order of policies does not matter',
  (given, more, from, port) => {
    const [first, ...rest] = given;
    if (first === undefined || first.kind !== 'NetworkPolicy') return;
    const wider: Policy = {
      ...first,
      spec: { ...first.spec, ingress: [...(first.spec?.ingress ?? []), more] },
    };
    const before = judge(given, from, model, port);
    const after = judge([wider, ...rest], from, model, port);
    if (before === 'allow') expect(after).toBe('allow');
    expect(judge(given.toReversed(), from, model, port)).toBe(before);
  },
);
