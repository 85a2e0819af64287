#include "tests/contract/registry/fake_registry.h"

#include <algorithm>
#include <cctype>

#include "base/base64.h"
#include "base/source.h"
#include "oci/digest.h"

namespace cooper::test {
namespace {

std::string query_value(const http::Request& request, const std::string& name) {
  const std::string query = "&" + request.url.query;
  const std::size_t at = query.find("&" + name + "=");
  if (at == std::string::npos) return {};
  std::string value = query.substr(at + name.size() + 2);
  value = value.substr(0, value.find('&'));
  for (std::size_t i = 0; (i = value.find('%', i)) != std::string::npos; ++i) {
    value.replace(i, 3, 1, static_cast<char>(std::stoi(value.substr(i + 1, 2), nullptr, 16)));
  }
  return value;
}

std::string digest_of(const std::string& bytes) { return oci::Digest::of_bytes(bytes).to_string(); }

}  // namespace

http::Response error_answer(int status, const std::string& code) {
  return {status, {}, R"({"errors":[{"code":")" + code + R"(","message":"said the fake"}]})"};
}

int FakeRegistry::count(const std::string& prefix) const {
  return static_cast<int>(std::count_if(
      log.begin(), log.end(), [&](const std::string& line) { return line.rfind(prefix, 0) == 0; }));
}

http::Response FakeRegistry::send(const http::Request& request) {
  const std::lock_guard lock(mutex_);
  log.push_back(request.method + " " + request.url.path);
  requests.push_back(request);
  if (fault) {
    if (std::optional<http::Response> instead = fault(request, static_cast<int>(log.size()))) {
      return deliver(request, *instead, instead->body);
    }
  }
  if (largest_body > 0 && request.body && request.body->size > largest_body)
    return {413, {}, "<html>no</html>"};
  http::Response response = answer(request);
  if (tamper) tamper(request, response);
  return deliver(request, response, response.body);
}

http::Response FakeRegistry::deliver(const http::Request& request, http::Response response,
                                     const std::string& body) {
  response.body.clear();
  if (request.method == "HEAD") {
    if (!response.headers.find("Content-Length"))
      response.headers.set("Content-Length", std::to_string(body.size()));
    return response;
  }
  base::Sink* const sink = request.sink_for ? request.sink_for(response) : nullptr;
  if (sink == nullptr) {
    response.body = body;
    return response;
  }
  std::uint64_t announced = body.size();
  if (const auto length = response.headers.find("Content-Length")) announced = std::stoull(*length);
  sink->write(base::as_bytes(body));
  if (announced > body.size())
    throw http::TransportError(http::Failure::broken, request, "cut off");
  return response;
}

http::Response FakeRegistry::answer(const http::Request& request) {
  const std::string& path = request.url.path;
  if (path == "/token") return give_token(request);
  const bool write = request.method != "GET" && request.method != "HEAD";
  if (auto refused = refuse(request, write)) return *refused;
  if (path == "/v2/") return {200};
  for (const std::string part : {"/blobs/uploads/", "/blobs/", "/manifests/", "/tags/list"}) {
    const std::size_t at = path.rfind(part);
    if (at == std::string::npos || path.rfind("/v2/", 0) != 0) continue;
    const std::string name = path.substr(4, at - 4);
    const std::string rest = path.substr(at + part.size());
    if (part == "/blobs/uploads/")
      return rest.empty() ? start_upload(request, name) : continue_upload(request, rest);
    if (part == "/blobs/") return serve_blob(request, repositories[name], rest);
    if (part == "/manifests/") return serve_manifest(request, repositories[name], rest);
    return list_tags(request, name);
  }
  return {404};
}

http::Response FakeRegistry::give_token(const http::Request& request) {
  const std::string said = request.headers.find("Authorization").value_or("");
  if (said == "Basic " + base::encode_base64(user + ":" + password)) {
    return {200, {}, R"({"token":")" + token() + R"(","expires_in":300})"};
  }
  return said.empty() ? http::Response{200, {}, R"({"access_token":"anonymous"})"}
                      : error_answer(401, "UNAUTHORIZED");
}

std::optional<http::Response> FakeRegistry::refuse(const http::Request& request, bool write) const {
  if (auth == Auth::none) return std::nullopt;
  const std::string said = request.headers.find("Authorization").value_or("");
  const std::string good = auth == Auth::token
                               ? "Bearer " + token()
                               : "Basic " + base::encode_base64(user + ":" + password);
  if (said == good && (write_allowed || !write)) return std::nullopt;
  http::Response response = error_answer(401, "UNAUTHORIZED");
  if (auth == Auth::token) {
    const std::string where = realm.empty() ? http::origin(request.url) + "/token" : realm;
    response.headers.add("WWW-Authenticate", "Bearer realm=\"" + where + "\",service=\"" +
                                                 (gitea ? "container_registry" : "fake") +
                                                 "\",scope=\"*\"");
  } else {
    response.headers.add("WWW-Authenticate", "Basic realm=\"fake, with a comma\"");
  }
  return response;
}

http::Response FakeRegistry::serve_blob(const http::Request& request, Repository& repository,
                                        const std::string& digest) {
  const auto found = repository.blobs.find(digest);
  if (found == repository.blobs.end()) return error_answer(404, "BLOB_UNKNOWN");
  const std::string range = request.headers.find("Range").value_or("");
  if (!gitea && range.rfind("bytes=", 0) == 0) {
    const std::size_t from = std::stoul(range.substr(6));
    return {206,
            {{"Content-Range", "bytes " + std::to_string(from) + "-x/x"}},
            found->second.substr(from)};
  }
  return {200, {{"Docker-Content-Digest", digest}}, found->second};
}

http::Response FakeRegistry::start_upload(const http::Request& request, const std::string& name) {
  const std::string mount = query_value(request, "mount");
  const auto from = repositories.find(query_value(request, "from"));
  if (!mount.empty() && from != repositories.end() && from->second.blobs.count(mount) > 0) {
    repositories[name].blobs[mount] = from->second.blobs[mount];
    return {201, {{"Location", "/v2/" + name + "/blobs/" + mount}}};
  }
  const bool others = std::ranges::any_of(
      uploads, [&](const auto& upload) { return upload.second.repository == name; });
  if (gitea && gitea_version < 12700 && others && repositories[name].blobs.empty())
    return {500};  // both wanted to create the package
  const std::string id = "upload" + std::to_string(next_upload_++);
  uploads[id] = {name, {}};
  http::Response response{202, {{"Location", "/v2/" + name + "/blobs/uploads/" + id}}};
  if (!gitea || gitea_version <= 12400) response.headers.add("Range", "0-0");
  return response;
}

// False when the body broke: what came until then is kept, as a server does.
bool FakeRegistry::receive(const http::Request& request, std::string& into) {
  if (!request.body) return true;
  const auto source = request.body->open();
  const std::uint64_t limit = break_body_after.value_or(request.body->size);
  std::string got;
  char buffer[4096];
  while (got.size() < limit) {
    const std::size_t want = std::min<std::size_t>(sizeof buffer, limit - got.size());
    const std::size_t count = source->read(std::as_writable_bytes(std::span(buffer, want)));
    if (count == 0) break;
    got.append(buffer, count);
  }
  into += got;
  return !std::exchange(break_body_after, std::nullopt);
}

http::Response FakeRegistry::continue_upload(const http::Request& request, const std::string& id) {
  const auto found = uploads.find(id);
  if (found == uploads.end()) return error_answer(404, "BLOB_UPLOAD_UNKNOWN");
  Upload& upload = found->second;
  const std::string location = "/v2/" + upload.repository + "/blobs/uploads/" + id;
  std::string range =
      "0-" + std::to_string(upload.received.empty() ? 0 : upload.received.size() - 1);
  if (gitea && gitea_version <= 12400 && upload.received.empty()) range = "0--1";
  if (request.method == "GET") return {204, {{"Location", location}, {"Range", range}}};
  if (request.method == "DELETE") {
    uploads.erase(found);
    return {204};
  }
  if (upload.poisoned) return {500};
  if (request.method == "PUT") return finish_upload(request, id);
  const std::string content_range = request.headers.find("Content-Range").value_or("0-");
  if (std::stoull(content_range) != upload.received.size())
    return error_answer(416, "BLOB_UPLOAD_INVALID");
  if (!receive(request, upload.received)) {
    upload.poisoned = gitea;
    throw http::TransportError(http::Failure::broken, request, "connection reset");
  }
  return {202, {{"Location", location}}};
}

http::Response FakeRegistry::finish_upload(const http::Request& request, const std::string& id) {
  Upload& upload = uploads[id];
  if (!receive(request, upload.received)) {
    upload.poisoned = gitea;
    throw http::TransportError(http::Failure::broken, request, "connection reset");
  }
  const std::string digest = digest_of(upload.received);
  if (digest != query_value(request, "digest")) return error_answer(400, "DIGEST_INVALID");
  repositories[upload.repository].blobs[digest] = upload.received;
  const std::string location = "/v2/" + upload.repository + "/blobs/" + digest;
  uploads.erase(id);
  return {201, {{"Location", location}, {"Docker-Content-Digest", digest}}};
}

http::Response FakeRegistry::serve_manifest(const http::Request& request, Repository& repository,
                                            std::string reference) {
  if (gitea && reference.find(':') == std::string::npos)
    std::ranges::transform(reference, reference.begin(),
                           [](unsigned char c) { return std::tolower(c); });
  if (request.method == "PUT") return put_manifest(request, repository, reference);
  if (request.method == "DELETE") return delete_manifest(repository, reference);
  const auto tag = repository.tags.find(reference);
  const auto found =
      repository.manifests.find(tag != repository.tags.end() ? tag->second : reference);
  if (found == repository.manifests.end()) return error_answer(404, "MANIFEST_UNKNOWN");
  return {200,
          {{"Content-Type", found->second.media_type}, {"Docker-Content-Digest", found->first}},
          found->second.bytes};
}

http::Response FakeRegistry::put_manifest(const http::Request& request, Repository& repository,
                                          const std::string& reference) {
  std::string bytes;
  if (!receive(request, bytes))
    throw http::TransportError(http::Failure::broken, request, "connection reset");
  // Every digest in the document must be a blob or a manifest of this repository.
  for (std::size_t at = 0; (at = bytes.find("sha256:", at)) != std::string::npos; at += 7) {
    const std::string digest = bytes.substr(at, 71);
    if (repository.blobs.count(digest) == 0 && repository.manifests.count(digest) == 0) {
      return error_answer(404, "MANIFEST_BLOB_UNKNOWN");
    }
  }
  const std::string digest = digest_of(bytes);
  if (auto answer = lose_manifest(repository, reference, digest)) return *answer;
  repository.manifests[digest] = {request.headers.find("Content-Type").value_or(""), bytes};
  if (reference.find(':') == std::string::npos) repository.tags[reference] = digest;
  return {201, {{"Docker-Content-Digest", digest}}};
}

// What old Giteas did instead of storing a manifest.
std::optional<http::Response> FakeRegistry::lose_manifest(const Repository& repository,
                                                          const std::string& tag,
                                                          const std::string& digest) {
  const bool swallows = gitea && gitea_version >= 12500 && gitea_version <= 12502;
  if (lost_manifests > 0) {
    --lost_manifests;
    return http::Response{swallows ? 201 : 500};
  }
  const auto old = repository.tags.find(tag);
  const bool keeps_old = gitea && gitea_version >= 12500 && gitea_version <= 12501;
  if (keeps_old && old != repository.tags.end() && old->second != digest)
    return http::Response{201, {{"Docker-Content-Digest", digest}}};
  return std::nullopt;
}

http::Response FakeRegistry::delete_manifest(Repository& repository,
                                             const std::string& reference) const {
  if (refuses_deletion) return error_answer(405, "UNSUPPORTED");
  if (repository.tags.count(reference) > 0) {
    if (!gitea) {
      return error_answer(tag_deletion_refusal,
                          tag_deletion_refusal == 400 ? "DIGEST_INVALID" : "UNSUPPORTED");
    }
    repository.tags.erase(reference);
    return {202};
  }
  if (repository.manifests.erase(reference) == 0) return error_answer(404, "MANIFEST_UNKNOWN");
  std::erase_if(repository.tags, [&](const auto& tag) { return tag.second == reference; });
  return {202};
}

http::Response FakeRegistry::list_tags(const http::Request& request, const std::string& name) {
  const auto found = repositories.find(name);
  if (found == repositories.end()) return error_answer(404, "NAME_UNKNOWN");
  const std::string last = query_value(request, "last");
  std::vector<std::string> page;
  bool more = false;
  for (const auto& [tag, digest] : found->second.tags) {
    if (!last.empty() && tag <= last) continue;
    more = tag_page > 0 && page.size() == tag_page;
    if (more) break;
    page.push_back(tag);
  }
  std::string body;
  for (const std::string& tag : page) body += (body.empty() ? "\"" : ",\"") + tag + "\"";
  http::Response response{200, {}, R"({"name":")" + name + R"(","tags":[)" + body + "]}"};
  if (!page.empty() && (more || gitea)) {
    response.headers.add("Link",
                         "</v2/" + name + "/tags/list?n=2&last=" + page.back() + ">; rel=\"next\"");
  }
  return response;
}

}  // namespace cooper::test
