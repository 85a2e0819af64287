// A bucket in memory: as much of S3 as caches need.
#pragma once

#include <ctime>
#include <map>
#include <string>

#include "base/source.h"
#include "registry/http/transport.h"

namespace cooper::share::test {

class FakeBucket final : public http::Transport {
 public:
  struct Object {
    std::string bytes;
    std::int64_t written = 0;
  };
  std::map<std::string, Object> objects;                              // by path
  std::map<std::string, std::map<std::string, std::string>> uploads;  // by id: parts by number
  std::vector<std::string> log;                                       // "PUT /b/key"
  std::int64_t now = 1'700'000'000;
  std::string fails;  // a request whose line of the log begins so gets a 500

  http::Response send(const http::Request& request) override {
    const std::string& path = request.url.path;
    const std::string& query = request.url.query;
    log.push_back(request.method + " " + path + (query.empty() ? "" : "?" + query));
    if (!fails.empty() && log.back().starts_with(fails)) return {500, {}, ""};
    std::string body;
    if (request.body) {
      const auto source = request.body->open();
      body = base::read_all(*source, request.body->size, "body");
    }
    if (query.find("uploadId=") != std::string::npos || query == "uploads=")
      return upload(request.method, path, query, body);
    if (query.find("list-type=") != std::string::npos) return list(query);
    if (request.method == "PUT") {
      const bool copies = request.headers.find("x-amz-copy-source").has_value();
      Object& object = objects[path];
      if (!copies) object.bytes = body;
      object.written = now;
      return {200, {}, ""};
    }
    if (request.method == "DELETE") return {objects.erase(path) > 0 ? 204 : 404, {}, ""};
    const auto found = objects.find(path);
    if (found == objects.end()) return {404, {}, "<Error><Code>NoSuchKey</Code></Error>"};
    http::Response response{
        200, {{"Last-Modified", date("%a, %d %b %Y %H:%M:%S GMT", found->second.written)}}, ""};
    if (request.method == "HEAD") return response;
    if (base::Sink* sink = request.sink_for ? request.sink_for(response) : nullptr) {
      sink->write(base::as_bytes(found->second.bytes));
    } else {
      response.body = found->second.bytes;
    }
    return response;
  }

 private:
  static std::string date(const char* form, std::int64_t seconds) {
    const std::time_t time = seconds;
    std::tm parts = {};
    ::gmtime_r(&time, &parts);
    char text[64] = {};
    std::strftime(text, sizeof text, form, &parts);
    return text;
  }

  http::Response upload(const std::string& method, const std::string& path,
                        const std::string& query, const std::string& body) {
    if (query == "uploads=") {
      uploads["id"];
      return {
          200,
          {},
          "<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>"};
    }
    const std::size_t number = query.find("partNumber=");
    if (method == "PUT") {
      const std::string part = query.substr(number + 11, query.find('&') - number - 11);
      uploads["id"][std::string(6 - part.size(), '0') + part] = body;
      return {200, {{"ETag", "\"tag" + part + "\""}}, ""};
    }
    if (method == "POST") {
      std::string whole;
      for (const auto& [place, bytes] : uploads["id"]) {
        if (body.find("<ETag>\"tag" + std::to_string(std::stoul(place)) + "\"</ETag>") ==
            std::string::npos)
          return {200, {}, "<Error><Code>InvalidPart</Code></Error>"};
        whole += bytes;
      }
      objects[path] = {whole, now};
    }
    uploads.erase("id");
    return {method == "POST" ? 200 : 204, {}, ""};
  }

  http::Response list(const std::string& query) {
    std::string prefix = query.substr(query.find("prefix=") + 7);
    for (std::size_t at = prefix.find("%2F"); at != std::string::npos; at = prefix.find("%2F"))
      prefix.replace(at, 3, "/");
    std::string xml = "<ListBucketResult>";
    for (const auto& [path, object] : objects) {
      if (!path.starts_with("/b/" + prefix)) continue;
      xml += "<Contents><Key>" + path.substr(3) + "</Key><LastModified>" +
             date("%Y-%m-%dT%H:%M:%S.000Z", object.written) + "</LastModified></Contents>";
    }
    return {200, {}, xml + "</ListBucketResult>"};
  }
};

}  // namespace cooper::share::test
