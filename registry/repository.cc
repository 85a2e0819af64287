#include "registry/repository.h"

#include <algorithm>

#include "base/within_limit.h"
#include "oci/manifest.h"
#include "oci/media_type.h"
#include "registry/registry_error.h"

namespace cooper::registry {
namespace {

std::string accepted_types() {
  std::string out;
  for (const std::string_view type :
       {oci::media_type::kManifest, oci::media_type::kIndex, oci::media_type::kDockerManifest,
        oci::media_type::kDockerManifestList}) {
    out.append(out.empty() ? "" : ", ").append(type);
  }
  return out;
}

bool is_tag(const std::string& text) {
  const auto letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return !text.empty() && text.size() <= 128 && letter(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return letter(c) || c == '.' || c == '-'; });
}

// An empty or odd name in the path would mean something else than a manifest.
std::string manifest_path(const std::string& reference) {
  if (!is_tag(reference) && !oci::Digest::try_parse(reference)) {
    throw base::Error(base::ErrorKind::usage, "use tag or digest", reference,
                      "neither a tag nor a sha256 digest");
  }
  return "/manifests/" + reference;
}

std::string media_type_of(const http::Response& response) {
  std::string type = response.headers.find("Content-Type").value_or("");
  type = type.substr(0, type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type;
}

// The digest the registry says the bytes have; nullopt if it says none.
std::optional<oci::Digest> content_digest(const http::Response& response) {
  const std::optional<std::string> text = response.headers.find("Docker-Content-Digest");
  return text ? oci::Digest::try_parse(*text) : std::nullopt;
}

// The digest that the bytes should have and do not have.
std::optional<oci::Digest> missed_digest(const std::string& reference,
                                         const http::Response& response) {
  const oci::Digest digest = oci::Digest::of_bytes(response.body);
  for (const auto& expected : {oci::Digest::try_parse(reference), content_digest(response)}) {
    if (expected && *expected != digest) return expected;
  }
  return std::nullopt;
}

std::optional<std::uint64_t> content_length(const http::Response& response) {
  const std::optional<std::string> text = response.headers.find("Content-Length");
  if (!text || text->empty() || text->size() > 18) return std::nullopt;
  if (!std::all_of(text->begin(), text->end(), [](char c) { return c >= '0' && c <= '9'; }))
    return std::nullopt;
  return std::stoull(*text);
}

bool says_blob_is_missing(const http::Response& response) {
  if (response.status != 404 && response.status != 400) return false;
  return has_error_code(response.body, "BLOB_UNKNOWN") ||
         has_error_code(response.body, "MANIFEST_BLOB_UNKNOWN");
}

}  // namespace

http::Request Repository::request(const std::string& method, const std::string& path,
                                  std::stop_token stop) const {
  http::Request out;
  out.method = method;
  out.url = host_->url("/v2/" + name_ + path);
  out.stop = std::move(stop);
  return out;
}

http::Response Repository::send(http::Request request, bool push) const {
  const bool remove = request.method == "DELETE" && !push;
  return host_->send(std::move(request), Scope{name_, push, remove, {}});
}

std::optional<oci::Descriptor> Repository::head_manifest(const std::string& reference,
                                                         std::stop_token stop) const {
  http::Request head = request("HEAD", manifest_path(reference), stop);
  head.headers.set("Accept", accepted_types());
  const http::Response response = send(head);
  if (response.status == 404) return std::nullopt;
  const bool told_why = response.status != 400 && response.status != 403;
  if (response.status != 200 && told_why)
    throw registry_error("look up", display_name() + ":" + reference, head, response);
  const std::optional<oci::Digest> digest = content_digest(response);
  const std::optional<std::uint64_t> size = content_length(response);
  if (response.status == 200 && digest && size && *size > 0)
    return oci::Descriptor{media_type_of(response), *digest, *size};
  // An answer to HEAD has no body: GET says what is missing, or why it is refused.
  std::optional<FetchedManifest> fetched = try_get_manifest(reference, stop);
  return fetched ? std::optional(fetched->descriptor) : std::nullopt;
}

std::optional<FetchedManifest> Repository::try_get_manifest(const std::string& reference,
                                                            std::stop_token stop) const {
  http::Request get = request("GET", manifest_path(reference), stop);
  get.headers.set("Accept", accepted_types());
  get.body_limit = base::limit_of(base::Limit::document_bytes);
  const auto ask = [&] {
    return base::within(base::Limit::document_bytes, [&](std::uint64_t) { return send(get); });
  };
  http::Response response = ask();
  // Bytes that were damaged on the way are asked for once more.
  if (response.status == 200 && missed_digest(reference, response)) response = ask();
  if (response.status == 404) return std::nullopt;
  if (response.status != 200)
    throw registry_error("get manifest", display_name() + ":" + reference, get, response);
  const oci::Digest digest = oci::Digest::of_bytes(response.body);
  if (const auto missed = missed_digest(reference, response)) {
    throw base::Error(
        base::ErrorKind::corrupt, "get manifest", display_name() + ":" + reference,
        "the bytes have digest " + digest.to_string() + ", not " + missed->to_string());
  }
  const std::uint64_t size = response.body.size();
  return FetchedManifest{{media_type_of(response), digest, size}, std::move(response.body)};
}

FetchedManifest Repository::get_manifest(const std::string& reference, std::stop_token stop) const {
  if (std::optional<FetchedManifest> fetched = try_get_manifest(reference, std::move(stop)))
    return *std::move(fetched);
  const char separator = reference.find(':') == std::string::npos ? ':' : '@';
  throw base::Error(base::ErrorKind::not_found, "pull", display_name() + separator + reference,
                    "the registry has no such image");
}

void Repository::put_manifest(const std::string& reference, const std::string& bytes,
                              const std::string& media_type, std::stop_token stop) const {
  const oci::Digest digest = oci::Digest::of_bytes(bytes);
  http::Request put = request("PUT", manifest_path(reference), stop);
  put.headers.set("Content-Type", media_type);
  put.body = http::text_body(bytes);
  const std::string name = display_name() + ":" + reference;
  http::Response response;
  try {
    response = send(put, true);
  } catch (const http::TransportError&) {
    const std::optional<oci::Descriptor> there = head_manifest(reference, stop);
    if (!there || there->digest != digest) throw;
    return;  // the answer was lost, the manifest was not
  }
  if (says_blob_is_missing(response))
    throw MissingBlobs(registry_error("push manifest", name, put, response));
  if (response.status >= 500) {
    const std::optional<oci::Descriptor> there = head_manifest(reference, stop);
    if (there && there->digest == digest) return;
  }
  if (response.status != 201 && response.status != 200 && response.status != 202) {
    throw registry_error("push manifest", name, put, response);
  }
  const std::optional<oci::Digest> said = content_digest(response);
  if (said && *said != digest) {
    throw base::Error(
        base::ErrorKind::corrupt, "push manifest", name,
        "the registry stored " + said->to_string() + " instead of " + digest.to_string());
  }
}

DeleteResult Repository::delete_manifest(const std::string& reference, std::stop_token stop) const {
  http::Request remove = request("DELETE", manifest_path(reference), std::move(stop));
  const http::Response response = send(remove);
  switch (response.status) {
    case 200:
    case 202:
    case 204: return DeleteResult::deleted;
    case 404: return DeleteResult::absent;
    case 400:  // distribution 2 answers DIGEST_INVALID to a tag
    case 405: return DeleteResult::unsupported;
    default: throw registry_error("delete", display_name() + ":" + reference, remove, response);
  }
}

}  // namespace cooper::registry
