/**
 * The functions that expressions may call: their overloads, as the checker and the costs know them.
 * One line an overload: its name, its identifier, its arguments and its result; what stands before a dot
 * is the target of a method.
 * @upstream cel-go/common/stdlib/standard.go, cel-go/ext, apiserver/pkg/cel/library
 */
import { typeFrom, typesFrom, type CelType } from './types.js';

/** One way to call a function. */
export interface Overload {
  readonly id: string;
  readonly isMember: boolean;
  /** The target first, if it is a method. */
  readonly args: readonly CelType[];
  readonly result: CelType;
  /** The parameters in its types. */
  readonly parameters: readonly string[];
}

/** The overloads of functions by name. */
export type Functions = ReadonlyMap<string, readonly Overload[]>;

const comparable: readonly (readonly [left: string, right: string, suffix: string])[] = [
  ['bool', 'bool', 'bool'],
  ['int', 'int', 'int64'],
  ['int', 'double', 'int64_double'],
  ['int', 'uint', 'int64_uint64'],
  ['uint', 'uint', 'uint64'],
  ['uint', 'double', 'uint64_double'],
  ['uint', 'int', 'uint64_int64'],
  ['double', 'double', 'double'],
  ['double', 'int', 'double_int64'],
  ['double', 'uint', 'double_uint64'],
  ['string', 'string', 'string'],
  ['bytes', 'bytes', 'bytes'],
  ['timestamp', 'timestamp', 'timestamp'],
  ['duration', 'duration', 'duration'],
];

const comparisons = [
  ['_<_', 'less'],
  ['_<=_', 'less_equals'],
  ['_>_', 'greater'],
  ['_>=_', 'greater_equals'],
] as const;

function comparisonLines(): string {
  return comparisons
    .flatMap(([name, id]) =>
      comparable.map(([left, right, suffix]) => `${name} ${id}_${suffix} (${left}, ${right}) bool`),
    )
    .join('\n');
}

const operators = `
_?_:_ conditional (bool, A, A) A
_&&_ logical_and (bool, bool) bool
_||_ logical_or (bool, bool) bool
!_ logical_not (bool) bool
@not_strictly_false not_strictly_false (bool) bool
_==_ equals (A, A) bool
_!=_ not_equals (A, A) bool
_+_ add_bytes (bytes, bytes) bytes
_+_ add_double (double, double) double
_+_ add_duration_duration (duration, duration) duration
_+_ add_duration_timestamp (duration, timestamp) timestamp
_+_ add_timestamp_duration (timestamp, duration) timestamp
_+_ add_int64 (int, int) int
_+_ add_list (list(A), list(A)) list(A)
_+_ add_string (string, string) string
_+_ add_uint64 (uint, uint) uint
_/_ divide_double (double, double) double
_/_ divide_int64 (int, int) int
_/_ divide_uint64 (uint, uint) uint
_%_ modulo_int64 (int, int) int
_%_ modulo_uint64 (uint, uint) uint
_*_ multiply_double (double, double) double
_*_ multiply_int64 (int, int) int
_*_ multiply_uint64 (uint, uint) uint
-_ negate_double (double) double
-_ negate_int64 (int) int
_-_ subtract_double (double, double) double
_-_ subtract_duration_duration (duration, duration) duration
_-_ subtract_int64 (int, int) int
_-_ subtract_timestamp_duration (timestamp, duration) timestamp
_-_ subtract_timestamp_timestamp (timestamp, timestamp) duration
_-_ subtract_uint64 (uint, uint) uint
_[_] index_list (list(A), int) A
_[_] index_map (map(A, B), A) B
_[_] optional_list_index_int (optional(list(V)), int) optional(V)
_[_] optional_map_index_value (optional(map(K, V)), K) optional(V)
_[?_] list_optindex_optional_int (list(V), int) optional(V)
_[?_] optional_list_optindex_optional_int (optional(list(V)), int) optional(V)
_[?_] map_optindex_optional_value (map(K, V), K) optional(V)
_[?_] optional_map_optindex_optional_value (optional(map(K, V)), K) optional(V)
@in in_list (A, list(A)) bool
@in in_map (A, map(A, B)) bool
`;

const conversions = `
size size_bytes (bytes) int
size bytes_size bytes.() int
size size_list (list(A)) int
size list_size list(A).() int
size size_map (map(A, B)) int
size map_size map(A, B).() int
size size_string (string) int
size string_size string.() int
type type (A) type(A)
bool bool_to_bool (bool) bool
bool string_to_bool (string) bool
bytes bytes_to_bytes (bytes) bytes
bytes string_to_bytes (string) bytes
double double_to_double (double) double
double int64_to_double (int) double
double string_to_double (string) double
double uint64_to_double (uint) double
duration duration_to_duration (duration) duration
duration int64_to_duration (int) duration
duration string_to_duration (string) duration
dyn to_dyn (A) dyn
int int64_to_int64 (int) int
int double_to_int64 (double) int
int duration_to_int64 (duration) int
int string_to_int64 (string) int
int timestamp_to_int64 (timestamp) int
int uint64_to_int64 (uint) int
string string_to_string (string) string
string bool_to_string (bool) string
string bytes_to_string (bytes) string
string double_to_string (double) string
string duration_to_string (duration) string
string int64_to_string (int) string
string timestamp_to_string (timestamp) string
string uint64_to_string (uint) string
string ip_to_string (net.IP) string
string cidr_to_string (net.CIDR) string
timestamp timestamp_to_timestamp (timestamp) timestamp
timestamp int64_to_timestamp (int) timestamp
timestamp string_to_timestamp (string) timestamp
uint uint64_to_uint64 (uint) uint
uint double_to_uint64 (double) uint
uint int64_to_uint64 (int) uint
uint string_to_uint64 (string) uint
`;

const times = `
getFullYear timestamp_to_year
getMonth timestamp_to_month
getDayOfYear timestamp_to_day_of_year
getDayOfMonth timestamp_to_day_of_month
getDate timestamp_to_day_of_month_1_based
getDayOfWeek timestamp_to_day_of_week
getHours timestamp_to_hours
getMinutes timestamp_to_minutes
getSeconds timestamp_to_seconds
getMilliseconds timestamp_to_milliseconds
`;

function timeLines(): string {
  const lines = times.trim().split('\n');
  return lines
    .flatMap(line => {
      const [name = '', id = ''] = line.split(' ');
      const ofDuration = /Hours|Minutes|Seconds|Milliseconds/.test(name)
        ? [`${name} ${id.replace('timestamp', 'duration')} duration.() int`]
        : [];
      return [
        `${name} ${id} timestamp.() int`,
        `${name} ${id}_with_tz timestamp.(string) int`,
        ...ofDuration,
      ];
    })
    .join('\n');
}

const strings = `
contains contains_string string.(string) bool
endsWith ends_with_string string.(string) bool
startsWith starts_with_string string.(string) bool
matches matches (string, string) bool
matches matches_string string.(string) bool
charAt string_char_at_int string.(int) string
indexOf string_index_of_string string.(string) int
indexOf string_index_of_string_int string.(string, int) int
lastIndexOf string_last_index_of_string string.(string) int
lastIndexOf string_last_index_of_string_int string.(string, int) int
lowerAscii string_lower_ascii string.() string
replace string_replace_string_string string.(string, string) string
replace string_replace_string_string_int string.(string, string, int) string
split string_split_string string.(string) list(string)
split string_split_string_int string.(string, int) list(string)
substring string_substring_int string.(int) string
substring string_substring_int_int string.(int, int) string
trim string_trim string.() string
upperAscii string_upper_ascii string.() string
format string_format string.(list(dyn)) string
strings.quote strings_quote (string) string
join list_join list(string).() string
join list_join_string list(string).(string) string
find string_find_string string.(string) string
findAll string_find_all_string string.(string) list(string)
findAll string_find_all_string_int string.(string, int) list(string)
jsonpatch.escapeKey string_jsonpatch_escapeKey_string (string) string
`;

const ordered = ['int', 'uint', 'double', 'bool', 'duration', 'timestamp', 'string', 'bytes'];
const addable = ['int', 'uint', 'double', 'duration'];

function listLines(): string {
  const lines = [
    ...ordered.flatMap(type => [
      `isSorted list_${type}_is_sorted_bool list(${type}).() bool`,
      `max list_${type}_max_${type} list(${type}).() ${type}`,
      `min list_${type}_min_${type} list(${type}).() ${type}`,
    ]),
    ...addable.map(type => `sum list_${type}_sum_${type} list(${type}).() ${type}`),
    ...[...ordered.slice(0, 4), 'duration', 'timestamp', 'string', 'bytes'].flatMap(type => [
      `sort list_${type}_sort list(${type}).() list(${type})`,
      `@sortByAssociatedKeys list_${type}_sortByAssociatedKeys list(T).(list(${type})) list(T)`,
    ]),
  ];
  return lines.join('\n');
}

const lists = `
indexOf list_a_index_of_int list(A).(A) int
lastIndexOf list_a_last_index_of_int list(A).(A) int
slice list_slice list(T).(int, int) list(T)
flatten list_flatten list(list(T)).() list(T)
flatten list_flatten_int list(dyn).(int) list(dyn)
lists.range lists_range (int) list(int)
reverse list_reverse list(T).() list(T)
distinct list_distinct list(T).() list(T)
sets.contains list_sets_contains_list (list(T), list(T)) bool
sets.equivalent list_sets_equivalent_list (list(T), list(T)) bool
sets.intersects list_sets_intersects_list (list(T), list(T)) bool
cel.@mapInsert @mapInsert_map_key_value (map(K, V), K, V) map(K, V)
cel.@mapInsert @mapInsert_map_map (map(K, V), map(K, V)) map(K, V)
optional.of optional_of (V) optional(V)
optional.ofNonZeroValue optional_ofNonZeroValue (V) optional(V)
optional.none optional_none () optional(V)
optional.unwrap optional_unwrap (list(optional(V))) list(V)
unwrapOpt optional_unwrapOpt list(optional(V)).() list(V)
value optional_value optional(V).() V
hasValue optional_hasValue optional(V).() bool
or optional_or_optional optional(V).(optional(V)) optional(V)
orValue optional_orValue_value optional(V).(V) V
first list_first list(V).() optional(V)
last list_last list(V).() optional(V)
`;

const networks = `
url string_to_url (string) kubernetes.URL
isURL is_url_string (string) bool
getScheme url_get_scheme kubernetes.URL.() string
getHost url_get_host kubernetes.URL.() string
getHostname url_get_hostname kubernetes.URL.() string
getPort url_get_port kubernetes.URL.() string
getEscapedPath url_get_escaped_path kubernetes.URL.() string
getQuery url_get_query kubernetes.URL.() map(string, list(string))
ip string_to_ip (string) net.IP
ip cidr_ip net.CIDR.() net.IP
isIP is_ip (string) bool
ip.isCanonical ip_is_canonical (string) bool
family ip_family net.IP.() int
isUnspecified ip_is_unspecified net.IP.() bool
isLoopback ip_is_loopback net.IP.() bool
isLinkLocalMulticast ip_is_link_local_multicast net.IP.() bool
isLinkLocalUnicast ip_is_link_local_unicast net.IP.() bool
isGlobalUnicast ip_is_global_unicast net.IP.() bool
cidr string_to_cidr (string) net.CIDR
isCIDR is_cidr (string) bool
containsIP cidr_contains_ip_string net.CIDR.(string) bool
containsIP cidr_contains_ip_ip net.CIDR.(net.IP) bool
containsCIDR cidr_contains_cidr_string net.CIDR.(string) bool
containsCIDR cidr_contains_cidr net.CIDR.(net.CIDR) bool
prefixLength cidr_prefix_length net.CIDR.() int
masked cidr_masked net.CIDR.() net.CIDR
`;

const amounts = `
quantity string_to_quantity (string) kubernetes.Quantity
isQuantity is_quantity_string (string) bool
sign quantity_sign (kubernetes.Quantity) int
isGreaterThan quantity_is_greater_than kubernetes.Quantity.(kubernetes.Quantity) bool
isLessThan quantity_is_less_than kubernetes.Quantity.(kubernetes.Quantity) bool
compareTo quantity_compare_to kubernetes.Quantity.(kubernetes.Quantity) int
asApproximateFloat quantity_get_float kubernetes.Quantity.() double
asInteger quantity_get_int kubernetes.Quantity.() int
isInteger quantity_is_integer kubernetes.Quantity.() bool
add quantity_add kubernetes.Quantity.(kubernetes.Quantity) kubernetes.Quantity
add quantity_add_int kubernetes.Quantity.(int) kubernetes.Quantity
sub quantity_sub kubernetes.Quantity.(kubernetes.Quantity) kubernetes.Quantity
sub quantity_sub_int kubernetes.Quantity.(int) kubernetes.Quantity
semver string_to_semver (string) kubernetes.Semver
semver string_bool_to_semver (string, bool) kubernetes.Semver
isSemver is_semver_string (string) bool
isSemver is_semver_string_bool (string, bool) bool
isGreaterThan semver_is_greater_than kubernetes.Semver.(kubernetes.Semver) bool
isLessThan semver_is_less_than kubernetes.Semver.(kubernetes.Semver) bool
compareTo semver_compare_to kubernetes.Semver.(kubernetes.Semver) int
major semver_major kubernetes.Semver.() int
minor semver_minor kubernetes.Semver.() int
patch semver_patch kubernetes.Semver.() int
validate format-validate kubernetes.NamedFormat.(string) optional(list(string))
format.named format-named (string) optional(kubernetes.NamedFormat)
`;

/** The named formats that are functions, too. @upstream apiserver/pkg/cel/library/format.go */
export const formatNames = [
  'dns1123Label',
  'dns1123Subdomain',
  'dns1035Label',
  'qualifiedName',
  'dns1123LabelPrefix',
  'dns1123SubdomainPrefix',
  'dns1035LabelPrefix',
  'labelValue',
  'uri',
  'uuid',
  'byte',
  'date',
  'datetime',
] as const;

/** `~` stands for `kubernetes.authorization.`. */
const authorization = `
path authorizer_path ~Authorizer.(string) ~PathCheck
group authorizer_group ~Authorizer.(string) ~GroupCheck
serviceAccount authorizer_serviceaccount ~Authorizer.(string, string) ~Authorizer
resource groupcheck_resource ~GroupCheck.(string) ~ResourceCheck
subresource resourcecheck_subresource ~ResourceCheck.(string) ~ResourceCheck
namespace resourcecheck_namespace ~ResourceCheck.(string) ~ResourceCheck
name resourcecheck_name ~ResourceCheck.(string) ~ResourceCheck
fieldSelector authorizer_fieldselector ~ResourceCheck.(string) ~ResourceCheck
labelSelector authorizer_labelselector ~ResourceCheck.(string) ~ResourceCheck
check pathcheck_check ~PathCheck.(string) ~Decision
check resourcecheck_check ~ResourceCheck.(string) ~Decision
errored decision_errored ~Decision.() bool
error decision_error ~Decision.() string
allowed decision_allowed ~Decision.() bool
reason decision_reason ~Decision.() string
`;

function overloadFrom(line: string): readonly [name: string, overload: Overload] {
  const match =
    /^(\S+) (\S+) (.*?)(\.?)\(((?:[^()]|\([^()]*\)|\((?:[^()]|\([^()]*\))*\))*)\) (.+)$/.exec(line);
  const [, name = '', id = '', target = '', dot = '', args = '', result = ''] = match ?? [];
  const isMember = dot === '.';
  const types = [...(isMember ? [typeFrom(target)] : []), ...typesFrom(args)];
  const parameters = new Set([...types, typeFrom(result)].flatMap(parametersOf));
  return [
    name,
    { id, isMember, args: types, result: typeFrom(result), parameters: [...parameters] },
  ];
}

function parametersOf(type: CelType): readonly string[] {
  switch (type.kind) {
    case 'parameter':
      return [type.name];
    case 'list':
      return parametersOf(type.item);
    case 'map':
      return [...parametersOf(type.key), ...parametersOf(type.value)];
    case 'opaque':
      return type.parameters.flatMap(parametersOf);
    case 'type':
      return type.of === undefined ? [] : parametersOf(type.of);
    default:
      return [];
  }
}

let known: Functions | undefined;

/** All functions; read from the tables when first asked for. */
export function celFunctions(): Functions {
  if (known !== undefined) return known;
  const formats = formatNames.map(
    name => `format.${name} format.${name} () kubernetes.NamedFormat`,
  );
  const authorizations = authorization.replaceAll('~', 'kubernetes.authorization.');
  const tables = [operators, conversions, strings, lists, networks, amounts, authorizations];
  const lines = [comparisonLines(), timeLines(), listLines(), ...formats, ...tables]
    .join('\n')
    .split('\n')
    .filter(line => line !== '');
  const functions = new Map<string, Overload[]>();
  for (const line of lines) {
    const [name, overload] = overloadFrom(line);
    const overloads = functions.get(name);
    if (overloads === undefined) functions.set(name, [overload]);
    else overloads.push(overload);
  }
  known = functions;
  return functions;
}
