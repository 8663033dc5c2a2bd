import { describe, expect, it } from 'vitest';
import { actorOf } from './actors.js';

describe('who wrote', () => {
  it.each([
    'system:apiserver',
    'system:kube-scheduler',
    'system:kube-controller-manager',
    'system:node:kind-worker',
    'system:bootstrap:abcdef',
    'system:serviceaccount:kube-system:replicaset-controller',
    'system:serviceaccount:kube-system:certificate-controller',
    'system:serviceaccount:kube-system:coredns',
    'system:serviceaccount:kube-system:kube-proxy',
    'system:serviceaccount:local-path-storage:local-path-provisioner-service-account',
  ])('%s is a part that is simulated: its writes come of themselves', user => {
    expect(actorOf(user)).toBe('ours');
  });

  it.each([
    // Of these there is no program in a simulation: what they wrote is sent again.
    'system:serviceaccount:kube-system:kindnet',
    'system:serviceaccount:kube-system:cloud-controller-manager',
    'system:serviceaccount:kube-system:service-ca-cert-publisher',
    'system:serviceaccount:argocd:argocd-application-controller',
  ])('%s is a controller from outside', user => {
    expect(actorOf(user)).toBe('outside');
  });

  it.each(['kubernetes-admin', 'alice@bank.example', 'oidc:bob'])('%s is a person', user => {
    expect(actorOf(user)).toBe('person');
  });
});
