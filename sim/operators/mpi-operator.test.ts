import { describe, expect, it } from 'vitest';
import { printedError } from '../api/field-error.js';
import { MpiObjects } from './mpi-operator/objects.js';
import { withDefaults, type MpiJob } from './mpi-operator/types.js';
import { mpiJobErrors } from './mpi-operator/validation.js';
import { mpiOperator } from './mpi-operator.js';

function job(spec: MpiJob['spec']): MpiJob {
  const metadata = { name: 'hv', namespace: 'ns', uid: 'u' };
  return withDefaults({ apiVersion: 'kubeflow.org/v2beta1', kind: 'MPIJob', metadata, spec });
}

const template = { spec: { containers: [{ name: 'mpi', image: 'x' }] } };
const whole = { Launcher: { template }, Worker: { replicas: 2, template } };

describe('mpi-operator', () => {
  it('tells the launcher which workers there are and which run', () => {
    const objects = new MpiObjects(job({ mpiReplicaSpecs: whole, slotsPerWorker: 4 }));
    expect(objects.configMap(['hv-worker-1']).data).toEqual({
      hostfile: 'hv-worker-0.hv.ns.svc slots=4\nhv-worker-1.hv.ns.svc slots=4\n',
      'discover_hosts.sh': '#!/bin/sh\necho hv-worker-1.hv.ns.svc\n',
    });
  });

  it('runs sshd in workers that have no command of their own', () => {
    const pod = new MpiObjects(job({ mpiReplicaSpecs: whole })).worker(0);
    expect(pod.spec?.containers[0]?.command).toEqual(['/usr/sbin/sshd', '-De']);
    expect(pod.spec).toMatchObject({ hostname: 'hv-worker-0', subdomain: 'hv' });
  });

  it('finds what is wrong, and hints at it', () => {
    const wrong = job({ mpiReplicaSpecs: { Worker: { replicas: 2, template } } });
    const text = 'spec.mpiReplicaSpecs[Launcher]: Required value: must have Launcher replica spec';
    expect(mpiJobErrors(wrong).map(printedError)).toEqual([text]);
    expect(mpiOperator.hints?.({ ...wrong })?.[0]).toContain(text);
    expect(mpiJobErrors(job({ mpiReplicaSpecs: whole }))).toEqual([]);
  });
});
