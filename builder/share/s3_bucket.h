// What type=s3 says, with what the environment adds: where the bucket is and how to sign.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "builder/share/cache_location.h"
#include "registry/http/message.h"

namespace cooper::share {

using Environment = std::function<std::optional<std::string>(const char* name)>;

struct S3Bucket {
  std::string name;  // "main": of the cache
  std::string bucket;
  std::string for_people;  // "s3://bucket/prefix"
  http::Url url;           // of the bucket, path-style or by host name, without '/' at the end
  std::string prefix;      // of all keys
  http::AwsSignature signature;
  std::string session_token;  // "": none
};

// region= or AWS_REGION, AWS_DEFAULT_REGION; endpoint_url= or AWS_ENDPOINT_URL_S3,
// AWS_ENDPOINT_URL, else Amazon's; access_key_id=, secret_access_key=, session_token= or
// AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN. Another endpoint than Amazon's is
// asked path-style unless use_path_style=false. Throws base::Error(usage).
[[nodiscard]] S3Bucket read_bucket(const CacheLocation& location, const Environment& environment);

}  // namespace cooper::share
