// An http or https URL, parsed once at the border. What is printed never shows a password or a
// token.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cooper::http {

struct Url {
  std::string scheme;      // "http" or "https"
  std::string userinfo;    // as written, without '@'; never sent unless the caller says so
  std::string host;        // lower case; an IPv6 address keeps its brackets
  std::uint16_t port = 0;  // always set: 80 or 443 by default
  std::string path = "/";  // begins with '/', percent-escapes kept
  std::string query = {};  // without '?'
  bool operator==(const Url&) const = default;
};

// Absolute URLs of the two schemes only. Control characters, spaces and fragments are refused.
[[nodiscard]] std::optional<Url> try_parse_url(std::string_view text);
[[nodiscard]] Url parse_url(std::string_view text);  // throws base::Error(usage)

// What a Location header in the answer to a request of `base` means; throws base::Error(network).
[[nodiscard]] Url resolve(const Url& base, std::string_view location);

// "https://host:port", the port left out when it is the scheme's own.
[[nodiscard]] std::string origin(const Url& url);
[[nodiscard]] bool same_origin(const Url& a, const Url& b);
// host[:port] as a header or a configuration file writes it.
[[nodiscard]] std::string authority(const Url& url);

// The whole URL as it is requested, without user information.
[[nodiscard]] std::string to_string(const Url& url);
// For people and logs: no user information, and the values of all query parameters but the harmless
// ones are "...".
[[nodiscard]] std::string redacted(const Url& url);

// `path` of `url` with `?name=value` added, the value percent-escaped.
void add_query(Url& url, std::string_view name, std::string_view value);
[[nodiscard]] std::string percent_escape(std::string_view text);  // unreserved characters stay

// localhost, 127.0.0.0/8, ::1.
[[nodiscard]] bool is_loopback_host(std::string_view host);
// An IP literal of a loopback, private, link-local, unspecified or multicast range.
[[nodiscard]] bool is_internal_address(std::string_view host);

}  // namespace cooper::http
