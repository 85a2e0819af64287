#include "registry/http/download.h"

#include <doctest/doctest.h>

#include "tests/unit/registry/http/scripted_transport.h"

namespace cooper::http {
namespace {

TEST_CASE("a file is downloaded, counted and hashed") {
  test::ScriptedTransport transport;
  transport.add(302, {{"Location", "https://cdn.example/file"}});
  transport.add(200, {{"ETag", "\"1\""}}, "content");
  base::StringSink sink;
  const Download got = download(transport, parse_url("https://h/file"), sink, {});
  CHECK(sink.text() == "content");
  CHECK(got.size == 7);
  CHECK(base::to_hex(got.sha256) == base::sha256_hex("content"));
  CHECK(got.headers.find("etag") == "\"1\"");
  CHECK(to_string(got.url) == "https://cdn.example/file");
  for (const Request& request : transport.requests) CHECK(request.public_addresses_only);
}

TEST_CASE("an answer that is an error is one, with its kind") {
  const auto kind_of = [](int status) {
    test::ScriptedTransport transport;
    transport.add(status, {}, "no");
    base::StringSink sink;
    try {
      static_cast<void>(download(transport, parse_url("https://h/file"), sink, {}));
    } catch (const base::Error& error) {
      CHECK(sink.text().empty());
      return error.kind();
    }
    return base::ErrorKind::failure;
  };
  CHECK(kind_of(404) == base::ErrorKind::not_found);
  CHECK(kind_of(403) == base::ErrorKind::denied);
  CHECK(kind_of(500) == base::ErrorKind::network);
}

TEST_CASE("not modified is no error") {
  test::ScriptedTransport transport;
  transport.add(304);
  base::NullSink sink;
  DownloadOptions options;
  options.headers = {{"If-None-Match", "\"1\""}};
  const Download got = download(transport, parse_url("https://h/file"), sink, options);
  CHECK(got.not_modified);
  CHECK(transport.requests[0].headers.find("If-None-Match").has_value());
}

TEST_CASE("header names compare without case, and repeat") {
  Headers headers{{"A", "1"}, {"a", "2"}, {"B", "3"}};
  CHECK(headers.find_all("a") == std::vector<std::string>{"1", "2"});
  headers.set("a", "4");
  CHECK(headers.find_all("A") == std::vector<std::string>{"4"});
  headers.remove("b");
  CHECK_FALSE(headers.find("B").has_value());
}

}  // namespace
}  // namespace cooper::http
