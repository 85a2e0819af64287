#include "init/parameters.h"

#include <algorithm>
#include <cctype>

#include "base/error.h"
#include "oci/reference.h"

namespace cooper::init {
namespace {

using base::Error;
using base::ErrorKind;

constexpr std::size_t kMaxName = 40;
constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxLabel = 63;

bool is_low_alnum(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_label(std::string_view text) {
  return !text.empty() && text.size() <= kMaxLabel && is_low_alnum(text.front()) &&
         is_low_alnum(text.back()) &&
         std::ranges::all_of(text, [](char c) { return is_low_alnum(c) || c == '-'; });
}

bool is_host_name(std::string_view text) {
  if (text.size() > kMaxHost) return false;
  while (true) {
    const std::size_t dot = text.find('.');
    if (!is_label(text.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    text.remove_prefix(dot + 1);
  }
}

bool is_repository(const std::string& text) {
  const auto reference = oci::try_parse_reference("registry.example/" + text);
  return reference && reference->repository == text && !reference->digest;
}

void require(bool holds, const std::string& what, const std::string& value,
             const std::string& cause) {
  if (!holds) throw Error(ErrorKind::usage, "use " + what, value, cause);
}

}  // namespace

void check(const Parameters& parameters) {
  require(is_repository(parameters.image) && parameters.image.find('/') != std::string::npos,
          "image", parameters.image, "it must be OWNER/NAME, in lower case and without a tag");
  const auto reference = oci::try_parse_reference(parameters.registry + "/" + parameters.image);
  const std::string host = parameters.registry.substr(0, parameters.registry.find(':'));
  require(is_host_name(host) && reference && reference->registry == parameters.registry, "registry",
          parameters.registry, "it must be host[:port] in lower case, with a dot or a port");
  require(is_label(parameters.name) && parameters.name.size() <= kMaxName &&
              std::isalpha(static_cast<unsigned char>(parameters.name.front())) != 0,
          "name", parameters.name,
          "it must be of lower-case letters, digits and '-', begin with a letter and have at most "
          "40 characters");
  for (const auto& [what, value] :
       {std::pair{"site host", &parameters.site}, std::pair{"account host", &parameters.account},
        std::pair{"admin host", &parameters.admin}}) {
    require(is_host_name(*value), what, *value, "it must be a host name in lower case");
  }
}

void set_domain(Parameters& parameters, const std::string& domain) {
  parameters.site = domain;
  parameters.account = "account." + domain;
  parameters.admin = "admin." + domain;
}

}  // namespace cooper::init
