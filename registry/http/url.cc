#include "registry/http/url.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/error.h"

namespace cooper::http {
namespace {

bool is_plain(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
}

bool valid_host(std::string_view host) {
  if (host.empty()) return false;
  if (host.front() == '[') {
    return host.size() > 3 && host.back() == ']' &&
           std::all_of(host.begin() + 1, host.end() - 1, [](char c) {
             return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || c == ':' || c == '.';
           });
  }
  return std::all_of(host.begin(), host.end(), is_host_character);
}

// host[:port] -> fields of `url`.
bool parse_authority(std::string_view text, Url& url) {
  std::string_view port;
  const std::size_t bracket = text.find(']');
  const std::size_t colon = text.find(':', bracket == std::string_view::npos ? 0 : bracket);
  if (colon != std::string_view::npos) {
    port = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  url.host = lower(text);
  url.port = default_port(url.scheme);
  if (!port.empty()) {
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc{} || end != port.data() + port.size() || url.port == 0) return false;
  }
  return valid_host(url.host);
}

bool is_harmless(std::string_view parameter) {
  constexpr std::array kNames = {"service", "scope", "digest", "mount", "from",     "n",
                                 "last",    "page",  "limit",  "type",  "client_id"};
  return std::find(kNames.begin(), kNames.end(), parameter) != kNames.end();
}

std::string redacted_query(std::string_view query) {
  std::string out;
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::string_view name = pair.substr(0, pair.find('='));
    if (!out.empty()) out += '&';
    if (is_harmless(name) || name.size() == pair.size()) {
      out += pair;
    } else {
      out.append(name).append("=...");
    }
  }
  return out;
}

std::optional<std::array<unsigned, 4>> parse_ipv4(std::string_view text) {
  std::array<unsigned, 4> parts{};
  const char* at = text.data();
  const char* const end = text.data() + text.size();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0 && (at == end || *at++ != '.')) return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, parts[i]);
    if (error != std::errc{} || parts[i] > 255) return std::nullopt;
    at = next;
  }
  if (at != end) return std::nullopt;
  return parts;
}

bool is_internal_ipv4(const std::array<unsigned, 4>& ip) {
  return ip[0] == 0 || ip[0] == 10 || ip[0] == 127 || ip[0] >= 224 ||
         (ip[0] == 100 && ip[1] >= 64 && ip[1] < 128) || (ip[0] == 169 && ip[1] == 254) ||
         (ip[0] == 172 && ip[1] >= 16 && ip[1] < 32) || (ip[0] == 192 && ip[1] == 168);
}

}  // namespace

std::optional<Url> try_parse_url(std::string_view text) {
  Url url;
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos || !is_plain(text)) return std::nullopt;
  url.scheme = lower(text.substr(0, colon));
  if (url.scheme != "http" && url.scheme != "https") return std::nullopt;
  text.remove_prefix(colon + 3);
  if (text.find('#') != std::string_view::npos) return std::nullopt;
  const std::size_t slash = text.find_first_of("/?");
  std::string_view host = text.substr(0, slash);
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) {
    url.userinfo = host.substr(0, at);
    host.remove_prefix(at + 1);
  }
  if (!parse_authority(host, url)) return std::nullopt;
  if (slash == std::string_view::npos) return url;
  text.remove_prefix(slash);
  const std::size_t mark = text.find('?');
  if (mark != 0) url.path = text.substr(0, mark);
  if (mark != std::string_view::npos) url.query = text.substr(mark + 1);
  return url;
}

Url parse_url(std::string_view text) {
  if (std::optional<Url> url = try_parse_url(text)) return *url;
  const std::size_t at = text.find('@');  // a password may be in what we could not parse
  throw base::Error(
      base::ErrorKind::usage, "parse URL",
      at == std::string_view::npos ? std::string(text) : "...@" + std::string(text.substr(at + 1)),
      "not an absolute http or https URL");
}

Url resolve(const Url& base, std::string_view location) {
  if (location.size() > 16 * 1024) {
    throw base::Error(base::ErrorKind::network, "follow", redacted(base),
                      "the Location header is too long");
  }
  if (std::optional<Url> url = try_parse_url(location)) return *url;
  Url url = base;
  url.userinfo.clear();
  url.query.clear();
  std::string text;
  if (location.substr(0, 2) == "//") {
    text = base.scheme + ":" + std::string(location);
  } else if (!location.empty() && location.front() == '/') {
    text = origin(base) + std::string(location);
  } else if (!location.empty() && location.find(':') > location.find_first_of("/?")) {
    text = origin(base) + base.path.substr(0, base.path.rfind('/') + 1) + std::string(location);
  }
  if (std::optional<Url> parsed = try_parse_url(text)) return *parsed;
  throw base::Error(base::ErrorKind::network, "follow", redacted(base),
                    "the Location header is no URL");
}

std::string authority(const Url& url) {
  return url.port == default_port(url.scheme) ? url.host
                                              : url.host + ":" + std::to_string(url.port);
}

std::string origin(const Url& url) { return url.scheme + "://" + authority(url); }

bool same_origin(const Url& a, const Url& b) {
  return a.scheme == b.scheme && a.host == b.host && a.port == b.port;
}

std::string to_string(const Url& url) {
  return origin(url) + url.path + (url.query.empty() ? "" : "?" + url.query);
}

std::string redacted(const Url& url) {
  return origin(url) + url.path + (url.query.empty() ? "" : "?" + redacted_query(url.query));
}

std::string percent_escape(std::string_view text) {
  constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (is_host_character(c) || (c >= 'A' && c <= 'Z') || c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

void add_query(Url& url, std::string_view name, std::string_view value) {
  if (!url.query.empty()) url.query += '&';
  url.query.append(name).append("=").append(percent_escape(value));
}

bool is_loopback_host(std::string_view host) {
  if (host == "localhost" || host == "[::1]" || host == "::1") return true;
  const auto ip = parse_ipv4(host);
  return ip && (*ip)[0] == 127;
}

bool is_internal_address(std::string_view host) {
  if (const auto ip = parse_ipv4(host)) return is_internal_ipv4(*ip);
  if (!host.empty() && host.front() == '[') host = host.substr(1, host.size() - 2);
  if (host.find(':') == std::string_view::npos) return false;
  if (const std::size_t mapped = host.rfind(':'); host.find('.') != std::string_view::npos) {
    const auto ip = parse_ipv4(host.substr(mapped + 1));
    return !ip || is_internal_ipv4(*ip);
  }
  // Global unicast is 2000::/3; everything else is special in some way.
  return !(host.find(':') == 4 && (host.front() == '2' || host.front() == '3'));
}

}  // namespace cooper::http
