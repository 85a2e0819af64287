#include "cli/run_settings.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.h"
#include "base/suggest.h"
#include "builder/dockerfile/mount.h"
#include "builder/sandbox/rlimits.h"

namespace cooper::cli {
namespace {

using base::Error;
using base::ErrorKind;

std::int64_t read_limit(const std::string& whole, std::string_view text) {
  std::int64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failure != std::errc() || end != text.data() + text.size() || value < -1)
    throw Error(ErrorKind::usage, "parse --ulimit", whole,
                "'" + std::string(text) + "' is no limit: a number, or -1 for none");
  return value;
}

bool is_address(const std::string& text) {
  std::array<unsigned char, 16> bytes;
  return inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

}  // namespace

std::string read_extra_host(const std::string& text) {
  std::size_t split = text.find('=');
  if (split == std::string::npos) split = text.find(':');
  if (split == std::string::npos || split == 0)
    throw Error(ErrorKind::usage, "parse --add-host", text, "expected NAME:ADDRESS");
  const std::string name = text.substr(0, split);
  std::string address = text.substr(split + 1);
  if (address == "host-gateway")
    throw Error(ErrorKind::unsupported, "parse --add-host", text,
                "'host-gateway' is an address of Docker's daemon")
        .with_hint("RUN steps are in the network of this machine: 127.0.0.1 is the host");
  if (address.size() > 2 && address.front() == '[' && address.back() == ']')
    address = address.substr(1, address.size() - 2);
  const bool good_name = std::none_of(
      name.begin(), name.end(), [](unsigned char c) { return c <= ' ' || c == 0x7f || c == '#'; });
  if (!good_name)
    throw Error(ErrorKind::usage, "parse --add-host", text, "the name is no host name");
  if (!is_address(address))
    throw Error(ErrorKind::usage, "parse --add-host", text, "'" + address + "' is no IP address");
  return name + " " + address;
}

plan::Ulimit read_ulimit(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos)
    throw Error(ErrorKind::usage, "parse --ulimit", text, "expected NAME=SOFT[:HARD]");
  plan::Ulimit limit;
  limit.name = text.substr(0, equals);
  const auto& names = sandbox::rlimit_names();
  if (std::find(names.begin(), names.end(), limit.name) == names.end())
    throw Error(ErrorKind::usage, "parse --ulimit", text, "no such limit '" + limit.name + "'")
        .with_hint(base::did_you_mean(limit.name, names));
  const std::string_view values = std::string_view(text).substr(equals + 1);
  const std::size_t colon = values.find(':');
  limit.soft = read_limit(text, values.substr(0, colon));
  limit.hard =
      colon == std::string_view::npos ? limit.soft : read_limit(text, values.substr(colon + 1));
  if (limit.hard != -1 && (limit.soft == -1 || limit.soft > limit.hard))
    throw Error(ErrorKind::usage, "parse --ulimit", text, "the soft limit is above the hard one");
  return limit;
}

std::uint64_t read_shm_size(const std::string& text) {
  try {
    return dockerfile::parse_size(text);
  } catch (const Error&) {
    throw Error(ErrorKind::usage, "parse --shm-size", text, "expected bytes with a unit, as 64m");
  }
}

dockerfile::Network read_network(const std::string& text, const std::string& what) {
  if (text.empty() || text == "default") return dockerfile::Network::default_;
  if (text == "none") return dockerfile::Network::none;
  if (text == "host") return dockerfile::Network::host;
  throw Error(ErrorKind::unsupported, "use " + what, text, "it is no network of a build")
      .with_hint("there are default, none and host");
}

}  // namespace cooper::cli
