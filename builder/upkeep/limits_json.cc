#include "base/error.h"
#include "builder/upkeep/limits.h"
#include "oci/strict_json.h"

namespace cooper::upkeep {
namespace {

std::optional<std::uint64_t> size_member(const oci::JsonObject& object, const std::string& name,
                                         std::optional<std::uint64_t> absent) {
  const nlohmann::json* value = object.find(name);
  if (value == nullptr) return absent;
  if (value->is_string()) return parse_size(value->get<std::string>(), name);
  if (!value->is_number_unsigned()) object.fail(name, "is no size such as \"20GB\" or a number");
  const auto bytes = value->get<std::uint64_t>();
  if (bytes == 0) return std::nullopt;
  return bytes;
}

Limits parse(std::string_view text, const std::string& file) {
  const nlohmann::json value = oci::parse_strict_json(text, file);
  const oci::JsonObject document(value, file);
  for (const auto& [name, member] : value.items()) {
    if (name != "cache" && name != "limits")
      document.fail(name, "is not known; there are \"cache\" and \"limits\"");
  }
  Limits limits = default_limits();
  const auto cache = document.object("cache");
  if (!cache) return limits;
  for (const auto& [name, member] : cache->value().items()) {
    if (name != "maxSize" && name != "minFree" && name != "keepDays" && name != "automatic")
      cache->fail(name, "is not known; there are maxSize, minFree, keepDays and automatic");
  }
  limits.max_size = size_member(*cache, "maxSize", limits.max_size);
  limits.min_free = size_member(*cache, "minFree", limits.min_free);
  if (cache->has("keepDays")) {
    const std::int64_t days = cache->integer("keepDays");
    constexpr std::int64_t kMostDays = 100'000;
    if (days < 0 || days > kMostDays) cache->fail("keepDays", "is no number of days");
    limits.keep_seconds.reset();
    if (days > 0) limits.keep_seconds = days * 86'400;
  }
  limits.automatic = cache->boolean("automatic", true);
  return limits;
}

}  // namespace

Limits parse_limits(std::string_view text, const std::string& file) {
  try {
    return parse(text, file);
  } catch (const base::Error& error) {
    // It is the user's file: a wrong one is wrong use.
    throw base::Error(base::ErrorKind::usage, error.doing(), error.thing(), error.cause())
        .with_hint("docs/cache.md has the form of the configuration");
  }
}

}  // namespace cooper::upkeep
