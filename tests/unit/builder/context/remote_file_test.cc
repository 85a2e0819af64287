#include "builder/context/remote_file.h"

#include <doctest/doctest.h>

#include <functional>

#include "base/error.h"
#include "tests/support/temp_directory.h"

using namespace cooper::context;  // NOLINT(google-build-using-namespace)
using cooper::base::Error;
using cooper::base::ErrorKind;
using cooper::http::Request;
using cooper::http::Response;
using cooper::store::Store;
using cooper::test::TempDirectory;

namespace {

class FakeTransport final : public cooper::http::Transport {
 public:
  explicit FakeTransport(std::string body, cooper::http::Headers headers = {})
      : body_(std::move(body)), headers_(std::move(headers)) {}

  [[nodiscard]] Response send(const Request& request) override {
    last = request;
    Response response;
    response.status = 200;
    response.headers = headers_;
    if (cooper::base::Sink* sink = request.sink_for(response))
      sink->write(cooper::base::as_bytes(body_));
    return response;
  }

  Request last;

 private:
  std::string body_;
  cooper::http::Headers headers_;
};

struct Fixture {
  TempDirectory directory;
  Store store = Store::open(directory.path() + "/store");
};

}  // namespace

TEST_CASE("a fetched file has its bytes, digest, name and time") {
  const Fixture fixture;
  FakeTransport transport("hello", {{"Last-Modified", "Wed, 21 Oct 2015 07:28:00 GMT"}});
  const auto fetcher = make_http_fetcher(transport, fixture.store);
  RemoteFile file = fetcher->fetch("https://example.com/a/b%20c.txt?x=1", "", "", {});
  CHECK(file.size == 5);
  CHECK(cooper::base::to_hex(file.digest) == cooper::base::sha256_hex("hello"));
  CHECK(file.name == "b c.txt");
  CHECK(file.last_modified == 1445412480);
  cooper::base::FdSource source(std::move(file.content), "file");
  CHECK(cooper::base::read_all(source, 10, "file") == "hello");
  CHECK(transport.last.public_addresses_only);
  CHECK(transport.last.sink_limit == std::uint64_t{4} << 30);
}

TEST_CASE("a checksum is checked") {
  const Fixture fixture;
  FakeTransport transport("hello");
  const auto fetcher = make_http_fetcher(transport, fixture.store);
  const std::string right = "sha256:" + cooper::base::sha256_hex("hello");
  CHECK(fetcher->fetch("http://example.com/x", right, "", {}).size == 5);
  const auto kind = [&](const std::string& url, const std::string& checksum) {
    try {
      static_cast<void>(fetcher->fetch(url, checksum, "", {}));
    } catch (const Error& error) {
      return error.kind();
    }
    return ErrorKind::failure;
  };
  CHECK(kind("http://example.com/x", "sha256:" + cooper::base::sha256_hex("other")) ==
        ErrorKind::corrupt);
  CHECK(kind("http://example.com/x", "md5:00") == ErrorKind::usage);
  CHECK(kind("file:///etc/passwd", "") == ErrorKind::usage);
}

// security.D15
TEST_CASE("a URL cannot choose an unsafe name") {
  CHECK(remote_file_name("/a/b.txt") == "b.txt");
  CHECK(remote_file_name("/a%2Eb") == "a.b");
  for (const char* path :
       {"/", "", "/a/", "/..", "/%2e%2e", "/a%2Fb", "/a%00b", "/a%0ab", "/%ff", "/.wh.x"}) {
    CAPTURE(path);
    CHECK(remote_file_name(path) == "__unnamed__");
  }
  CHECK(remote_file_name("/" + std::string(300, 'a')) == "__unnamed__");
  CHECK(remote_file_name("/100%") == "100%");
}
