/** The columns of tables: network. @upstream pkg/printers/internalversion/printers.go */
import type { Column } from '../strategy.js';
import { ageColumn, nameColumn, text } from './column.js';

/** The columns of Ingress. */
export const ingressColumns: readonly Column[] = [
  nameColumn,
  text(
    'Class',
    'The name of the IngressClass resource that should be used for additional ' + 'configuration',
  ),
  text('Hosts', 'Hosts that incoming requests are matched against before the ingress rule'),
  text('Address', 'Address is a list containing ingress points for the load-balancer'),
  text('Ports', 'Ports of TLS configurations that open'),
  ageColumn,
];

/** The columns of IngressClass. */
export const ingressClassColumns: readonly Column[] = [
  nameColumn,
  text('Controller', 'Controller that is responsible for handling this class'),
  text('Parameters', 'A reference to a resource with additional parameters'),
  ageColumn,
];

/** The columns of NetworkPolicy. */
export const networkPolicyColumns: readonly Column[] = [
  nameColumn,
  text(
    'Pod-Selector',
    'podSelector selects the pods to which this NetworkPolicy object applies. The ' +
      'array of rules is applied to any pods selected by this field. An empty ' +
      "selector matches all pods in the policy's namespace. Multiple network policies " +
      'can select the same set of pods. In this case, the ingress rules for each are ' +
      'combined additively. This field is optional. If it is not specified, it ' +
      'defaults to an empty selector.',
  ),
  ageColumn,
];

/** The columns of EndpointSlice. */
export const endpointSliceColumns: readonly Column[] = [
  nameColumn,
  text(
    'AddressType',
    'addressType specifies the type of address carried by this EndpointSlice. All ' +
      'addresses in this slice must be the same type. This field is immutable after ' +
      'creation. The following address types are currently supported: * IPv4: ' +
      'Represents an IPv4 Address. * IPv6: Represents an IPv6 Address. * FQDN: ' +
      'Represents a Fully Qualified Domain Name. (Deprecated) The EndpointSlice ' +
      'controller only generates, and kube-proxy only processes, slices of ' +
      'addressType "IPv4" and "IPv6". No semantics are defined for the "FQDN" type.',
  ),
  text(
    'Ports',
    'ports specifies the list of network ports exposed by each endpoint in this ' +
      'slice. Each port must have a unique name. Each slice may include a maximum of ' +
      '100 ports. Services always have at least 1 port, so EndpointSlices generated ' +
      'by the EndpointSlice controller will likewise always have at least 1 port. ' +
      'EndpointSlices used for other purposes may have an empty ports list.',
  ),
  text(
    'Endpoints',
    'endpoints is a list of unique endpoints in this slice. Each slice may include ' +
      'a maximum of 1000 endpoints.',
  ),
  ageColumn,
];

/** The columns of ServiceCIDR. */
export const serviceCIDRColumns: readonly Column[] = [
  nameColumn,
  text(
    'CIDRs',
    'CIDRs defines the IP blocks in CIDR notation (e.g. "192.168.0.0/24" or ' +
      '"2001:db8::/64") from which to assign service cluster IPs. Max of two CIDRs is ' +
      'allowed, one of each IP family. This field is immutable.',
  ),
  ageColumn,
];

/** The columns of IPAddress. */
export const ipAddressColumns: readonly Column[] = [
  nameColumn,
  text(
    'ParentRef',
    'ParentRef references the resource that an IPAddress is attached to. An ' +
      'IPAddress must reference a parent object.',
  ),
];
