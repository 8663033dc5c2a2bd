/** The defaults of claims of devices. @upstream pkg/apis/resource/v1/defaults.go */
import type {
  DeviceRequest,
  DeviceToleration,
  ResourceClaimSpec,
  ResourceClaimStatus,
} from '../../../api/kinds/resource.js';
import { eachItem, fillEmpty, within } from './fill.js';

interface Request {
  readonly allocationMode?: string;
  readonly count?: number;
  readonly tolerations?: readonly DeviceToleration[];
}

/** The defaults of what a claim asks for. */
export function claimSpecDefaults(spec: ResourceClaimSpec): ResourceClaimSpec {
  return within(spec, 'devices', devices =>
    within(devices, 'requests', list => eachItem(list, requestDefaults)),
  );
}

function requestDefaults(request: DeviceRequest): DeviceRequest {
  const exact = within(request, 'exactly', countDefaults);
  return within(exact, 'firstAvailable', list => eachItem(list, countDefaults));
}

function countDefaults<T extends Request>(request: T): T {
  const moded: Request = fillEmpty<Request>(request, { allocationMode: 'ExactCount' });
  const counted =
    moded.allocationMode === 'ExactCount' ? fillEmpty<Request>(moded, { count: 1 }) : moded;
  return tolerant(counted) as T;
}

function tolerant<T extends Pick<Request, 'tolerations'>>(object: T): T {
  return within(object, 'tolerations', list =>
    eachItem(list ?? [], toleration => fillEmpty(toleration, { operator: 'Equal' })),
  );
}

/** The defaults of what a claim was given. */
export function claimStatusDefaults(status: ResourceClaimStatus): ResourceClaimStatus {
  return within(status, 'allocation', allocation =>
    within(allocation, 'devices', devices =>
      within(devices, 'results', list => eachItem(list, tolerant)),
    ),
  );
}
