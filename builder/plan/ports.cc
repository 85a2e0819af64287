#include "builder/plan/ports.h"

#include <cstdint>
#include <optional>
#include <utility>

#include "base/error.h"
#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& cause) {
  throw base::Error(base::ErrorKind::usage, "read EXPOSE", text, cause);
}

using Range = std::pair<std::uint64_t, std::uint64_t>;

std::optional<Range> try_parse_range(const std::string& text) {
  const std::size_t dash = text.find('-');
  const auto first = parse_unsigned(text.substr(0, dash), 10, 65535);
  if (!first) return std::nullopt;
  if (dash == std::string::npos) return Range(*first, *first);
  const auto last = parse_unsigned(text.substr(dash + 1), 10, 65535);
  if (!last || *last < *first) return std::nullopt;
  return Range(*first, *last);
}

void check_address(const std::string& text, std::string address) {
  if (address.size() > 1 && address.front() == '[' && address.back() == ']') {
    address = address.substr(1, address.size() - 2);
  }
  if (address.find_first_not_of("0123456789abcdefABCDEF.:") != std::string::npos) {
    refuse(text, "'" + address + "' is no IP address");
  }
}

// A range of the host's ports fits one container port or as many of them.
void check_host_ports(const std::string& text, const std::string& host, const std::string& ports) {
  if (host.empty()) return;
  const auto range = try_parse_range(host);
  if (!range) refuse(text, "'" + host + "' is no host port");
  const auto inside = try_parse_range(ports.substr(0, ports.find('/')));
  if (!inside || inside->first == inside->second) return;
  if (range->second - range->first != inside->second - inside->first) {
    refuse(text, "the ranges of host and container differ in length");
  }
}

// Takes "[ip:]host:" off the front; only the container's side counts, the rest must be well-formed.
std::string container_part(const std::string& text) {
  const std::size_t last = text.rfind(':');
  if (last == std::string::npos) return text;
  std::string host = text.substr(0, last);
  const std::size_t address_end = host.rfind(':');
  if (address_end != std::string::npos) {
    check_address(text, host.substr(0, address_end));
    host = host.substr(address_end + 1);
  }
  std::string ports = text.substr(last + 1);
  check_host_ports(text, host, ports);
  return ports;
}

}  // namespace

std::vector<std::string> parse_port(const std::string& text) {
  const std::string part = container_part(text);
  const std::size_t slash = part.find('/');
  const std::string ports = part.substr(0, slash);
  std::string protocol = slash == std::string::npos ? "" : lower_case(part.substr(slash + 1));
  if (protocol.empty()) protocol = "tcp";
  if (protocol != "tcp" && protocol != "udp" && protocol != "sctp") {
    refuse(text, "protocol '" + protocol + "' is not tcp, udp or sctp");
  }
  const auto range = try_parse_range(ports);
  if (!range) refuse(text, "'" + ports + "' is no port (0-65535) and no range of ports");
  std::vector<std::string> out;
  out.reserve(range->second - range->first + 1);
  for (std::uint64_t port = range->first; port <= range->second; ++port) {
    out.push_back(std::to_string(port) + "/" + protocol);
  }
  return out;
}

}  // namespace cooper::plan
