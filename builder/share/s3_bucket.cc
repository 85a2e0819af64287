#include "builder/share/s3_bucket.h"

#include <algorithm>

#include "base/error.h"

namespace cooper::share {
namespace {

[[noreturn]] void refuse(const CacheLocation& location, const std::string& cause,
                         const std::string& hint) {
  throw base::Error(base::ErrorKind::usage, "use cache", location.name, cause).with_hint(hint);
}

// Keys are signed as they are written: nothing in them needs escaping.
void require_plain(const CacheLocation& location, const char* attribute) {
  const std::string text = location.attribute(attribute);
  const bool plain = std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._/").find(c) != std::string_view::npos;
  });
  if (!plain || text.starts_with("/") || text.find("//") != std::string::npos ||
      text.find("..") != std::string::npos)
    refuse(location, std::string(attribute) + " '" + text + "' has other characters than a key may",
           "letters, digits, '-', '.', '_' and '/' inside");
}

}  // namespace

S3Bucket read_bucket(const CacheLocation& location, const Environment& environment) {
  for (const char* attribute : {"bucket", "prefix", "name", "region"})
    require_plain(location, attribute);
  const auto first = [&](const char* attribute, std::initializer_list<const char*> variables) {
    std::string value = location.attribute(attribute);
    for (const char* variable : variables) {
      if (value.empty()) value = environment(variable).value_or("");
    }
    return value;
  };
  S3Bucket bucket;
  bucket.name = location.attribute("name", "cache");
  bucket.for_people = location.name;
  bucket.prefix = location.attribute("prefix");
  if (!bucket.prefix.empty() && !bucket.prefix.ends_with("/")) bucket.prefix += "/";
  bucket.signature.service = "s3";
  bucket.signature.region = first("region", {"AWS_REGION", "AWS_DEFAULT_REGION"});
  if (bucket.signature.region.empty())
    refuse(location, "there is no region", "give region= or AWS_REGION");
  bucket.signature.access_key = first("access_key_id", {"AWS_ACCESS_KEY_ID"});
  bucket.signature.secret_key = first("secret_access_key", {"AWS_SECRET_ACCESS_KEY"});
  bucket.session_token = first("session_token", {"AWS_SESSION_TOKEN"});
  if (bucket.signature.access_key.empty() || bucket.signature.secret_key.empty())
    refuse(location, "there are no credentials", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY");
  const std::string endpoint = first("endpoint_url", {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  const std::string style = location.attribute("use_path_style", endpoint.empty() ? "0" : "1");
  bucket.url = http::parse_url(
      endpoint.empty() ? "https://s3." + bucket.signature.region + ".amazonaws.com" : endpoint);
  if (bucket.url.path == "/") bucket.url.path.clear();
  bucket.bucket = location.attribute("bucket");
  if (style == "true" || style == "1") {
    bucket.url.path += "/" + bucket.bucket;
  } else {
    bucket.url.host = bucket.bucket + "." + bucket.url.host;
  }
  return bucket;
}

}  // namespace cooper::share
