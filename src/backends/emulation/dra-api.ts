/**
 * What DRA drivers and kubelets say to one another.
 * @upstream k8s.io/kubelet/pkg/apis: pluginregistration/v1, dra/v1, dra-health/v1alpha1
 */
import type { DescService } from '@bufbuild/protobuf';
import { serviceOf } from '../grpc/proto.js';

/** What a plug-in serves in the kubelet's registry of plug-ins. */
export const pluginRegistrationService: DescService = serviceOf(
  {
    package: 'pluginregistration',
    messages: {
      InfoRequest: {},
      PluginInfo: {
        type: [1, 'string'],
        name: [2, 'string'],
        endpoint: [3, 'string'],
        supported_versions: [4, 'repeated string'],
      },
      RegistrationStatus: { plugin_registered: [1, 'bool'], error: [2, 'string'] },
      RegistrationStatusResponse: {},
    },
    services: {
      Registration: {
        GetInfo: ['InfoRequest', 'PluginInfo'],
        NotifyRegistrationStatus: ['RegistrationStatus', 'RegistrationStatusResponse'],
      },
    },
  },
  'Registration',
);

/** What a driver serves for the claims of its node. */
export const draService: DescService = serviceOf(
  {
    package: 'k8s.io.kubelet.pkg.apis.dra.v1',
    messages: {
      Claim: { namespace: [1, 'string'], uid: [2, 'string'], name: [3, 'string'] },
      Device: {
        request_names: [1, 'repeated string'],
        pool_name: [2, 'string'],
        device_name: [3, 'string'],
        cdi_device_ids: [4, 'repeated string'],
      },
      NodePrepareResourceResponse: { devices: [1, 'repeated Device'], error: [2, 'string'] },
      NodeUnprepareResourceResponse: { error: [1, 'string'] },
      NodePrepareResourcesRequest: { claims: [1, 'repeated Claim'] },
      NodePrepareResourcesResponse: { claims: [1, 'map NodePrepareResourceResponse'] },
      NodeUnprepareResourcesRequest: { claims: [1, 'repeated Claim'] },
      NodeUnprepareResourcesResponse: { claims: [1, 'map NodeUnprepareResourceResponse'] },
    },
    services: {
      DRAPlugin: {
        NodePrepareResources: ['NodePrepareResourcesRequest', 'NodePrepareResourcesResponse'],
        NodeUnprepareResources: ['NodeUnprepareResourcesRequest', 'NodeUnprepareResourcesResponse'],
      },
    },
  },
  'DRAPlugin',
);

/** What a driver tells of its devices' health; its enumeration is a number on the wire. */
export const draHealthService: DescService = serviceOf(
  {
    package: 'v1alpha1',
    messages: {
      NodeWatchResourcesRequest: {},
      DeviceIdentifier: { pool_name: [1, 'string'], device_name: [2, 'string'] },
      DeviceHealth: {
        device: [1, 'DeviceIdentifier'],
        health: [2, 'int32'],
        last_updated_time: [3, 'int64'],
        health_check_timeout_seconds: [4, 'int64'],
        message: [5, 'string'],
      },
      NodeWatchResourcesResponse: { devices: [1, 'repeated DeviceHealth'] },
    },
    services: {
      DRAResourceHealth: {
        NodeWatchResources: ['NodeWatchResourcesRequest', 'stream NodeWatchResourcesResponse'],
      },
    },
  },
  'DRAResourceHealth',
);

/** Health as the wire has it. */
export const deviceHealth = { healthy: 1, unhealthy: 2 } as const;

/** A claim as a kubelet names it. */
export interface NamedClaim {
  readonly namespace: string;
  readonly uid: string;
  readonly name: string;
}

/** What became of each claim, by uid. */
export interface PreparedClaims {
  readonly claims: Readonly<
    Record<
      string,
      {
        readonly devices?: readonly {
          readonly requestNames: readonly string[];
          readonly poolName: string;
          readonly deviceName: string;
        }[];
        readonly error?: string;
      }
    >
  >;
}
