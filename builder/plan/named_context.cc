#include "builder/plan/named_context.h"

#include "builder/plan/text.h"

namespace cooper::plan {

namespace {

std::string canonical_name(const std::string& name) {
  const auto reference = oci::try_parse_reference(name);
  if (!reference) return name;
  std::string familiar = oci::familiar(*reference);
  constexpr std::string_view kLatest = ":latest";
  if (familiar.ends_with(kLatest)) familiar.resize(familiar.size() - kLatest.size());
  return familiar;
}

// Does the context called `key` ("name" or "name::platform") serve `name`? With the platform when
// `exact`.
bool serves(const std::string& key, const std::string& name, const oci::Platform& platform,
            bool exact) {
  const std::size_t mark = key.find("::");
  if ((mark != std::string::npos) != exact) return false;
  if (canonical_name(key.substr(0, mark)) != name) return false;
  if (!exact) return true;
  return oci::normalize(oci::parse_platform(key.substr(mark + 2), platform)) ==
         oci::normalize(platform);
}

ExternalImage external_image(const TargetRequest& request, std::string location,
                             const std::string& name, const oci::Platform& platform,
                             const dockerfile::SourceRange& where) {
  ExternalImage image;
  image.key = location + "@" + oci::to_string(platform);
  image.name = name;
  image.platform = platform;
  image.file_name = request.file->file_name;
  image.where = where;
  image.location = std::move(location);
  return image;
}

}  // namespace

std::optional<Origin> find_named_context(const TargetRequest& request, const std::string& name,
                                         const oci::Platform& platform,
                                         const dockerfile::SourceRange& where) {
  const std::string lower = lower_case(name);
  if (lower == "scratch" || lower == "context") return std::nullopt;
  if (!oci::try_parse_reference(name)) return std::nullopt;  // as BuildKit: no name of a context
  const std::string wanted = canonical_name(name);
  for (const bool exact : {true, false}) {
    for (const std::string& key : request.local_contexts) {
      if (serves(key, wanted, platform, exact)) return ContextOrigin{key};
    }
    for (const auto& [key, location] : request.image_contexts) {
      if (!serves(key, wanted, platform, exact)) continue;
      return ImageOrigin{external_image(request, location, name, platform, where)};
    }
    for (const auto& [key, target] : request.target_contexts) {
      if (serves(key, wanted, platform, exact)) return TargetOrigin{target};
    }
  }
  return std::nullopt;
}

ImageOrigin image_origin(const TargetRequest& request, const std::string& name,
                         const oci::Platform& platform, const dockerfile::SourceRange& where) {
  const oci::Reference reference = oci::parse_reference(name);
  return ImageOrigin{external_image(request, oci::to_string(reference), name, platform, where)};
}

}  // namespace cooper::plan
