// The contract suite and Gitea's own ways, against a real Gitea.
#include <doctest/doctest.h>

#include <cstdlib>

#include "oci/media_type.h"
#include "registry/http/curl_transport.h"
#include "registry/push_session.h"
#include "tests/contract/registry/registry_contract.h"
#include "tests/integration/registry/meddling_transport.h"

namespace cooper::test {
namespace {

std::string setting(const std::string& name) {
  const char* const value = std::getenv(("COOPER_TEST_GITEA" + name).c_str());
  if (value == nullptr) FAIL(name, " is not set: run it through tests/support/with-servers gitea");
  return value;
}

class OneUser final : public registry::CredentialStore {
 public:
  OneUser(std::string name, std::string password)
      : credential_{std::move(name), std::move(password), "", "the test"} {}
  std::optional<registry::Credential> find(const std::string&, const std::string&) override {
    return credential_;
  }
  std::string describe() const override { return "the test"; }

 private:
  registry::Credential credential_;
};

struct Gitea {
  std::string host = setting("");
  std::shared_ptr<MeddlingTransport> transport = std::make_shared<MeddlingTransport>(
      std::make_shared<http::CurlTransport>(http::CurlOptions{}));
  std::shared_ptr<registry::Client> client;

  explicit Gitea(const std::string& password = setting("_TOKEN"),
                 const std::string& user = setting("_USER"))
      : client(std::make_shared<registry::Client>(transport, std::make_shared<http::SystemClock>(),
                                                  std::make_shared<OneUser>(user, password))) {}

  registry::Repository repository(const std::string& name) const {
    return client->repository(oci::parse_reference(host + "/" + name));
  }
};

struct SampleImage {
  SampleBlob config = sample_blob(
      R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[]}})",
      std::string(oci::media_type::kConfig));
  SampleBlob layer;
  std::string manifest = sample_manifest(config, {layer});

  explicit SampleImage(unsigned seed, std::size_t size = 100'000)
      : layer(sample_blob(sample_bytes(size, seed), std::string(oci::media_type::kLayerTar))) {}

  registry::PushImage push(std::vector<std::string> tags) const {
    const auto blob = [](const SampleBlob& sample) {
      return registry::PushBlob{
          sample.descriptor, [bytes = &sample.bytes](std::uint64_t offset) {
            return std::make_unique<base::StringSource>(std::string_view(*bytes).substr(offset));
          }};
    };
    return {"sample",
            manifest,
            std::string(oci::media_type::kManifest),
            {blob(config), blob(layer)},
            std::move(tags)};
  }
};

void push(const registry::Repository& repository, const SampleImage& image,
          std::vector<std::string> tags) {
  registry::PushSession session(repository, {});
  static_cast<void>(session.push({image.push(std::move(tags))}));
}

base::Error error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const base::Error& error) {
    return error;
  }
  FAIL("no error");
  return {base::ErrorKind::failure, "", "", ""};
}

TEST_CASE("Gitea keeps the contract, for an organization and for a user") {
  for (const std::string& owner : {std::string("team"), setting("_USER")}) {
    const Gitea gitea;
    check_registry_contract({gitea.client, gitea.host, true}, owner + "/contract");
    CHECK(gitea.client->host(gitea.host)->is_gitea());
  }
}

TEST_CASE("an unchanged release costs one request a tag, and its log-in") {
  const Gitea first;
  const SampleImage image(1);
  push(first.repository("team/noop"), image, {"app-1", "app-latest"});
  const Gitea second;
  push(second.repository("team/noop"), image, {"app-1", "app-latest"});
  CHECK(second.transport->count("HEAD /v2/team/noop/manifests/") <=
        4);  // two were refused at first
  CHECK(second.transport->count("GET /v2/token") == 1);
  CHECK(second.transport->log.size() <= 5);
}

TEST_CASE("who may read only, or nothing, is told so and writes nothing") {
  const SampleImage image(2);
  for (const Gitea& gitea :
       {Gitea(setting("_READ_TOKEN")), Gitea(setting("_STRANGER_TOKEN"), "stranger")}) {
    const base::Error error =
        error_of([&] { push(gitea.repository("team/denied"), image, {"a"}); });
    CHECK(error.kind() == base::ErrorKind::denied);
    CHECK(error.hint().find("write:package") != std::string::npos);
    CHECK(gitea.transport->count("POST /v2/team") <= 2);
    CHECK(gitea.transport->count("PUT") == 0);
  }
  CHECK_FALSE(Gitea().repository("team/denied").list_tags().has_value());
}

TEST_CASE("a wrong password is refused and not sent again") {
  const Gitea gitea("wrong");
  const base::Error error = error_of([&] { gitea.client->ping(gitea.host); });
  CHECK(error.kind() == base::ErrorKind::denied);
  CHECK(error.hint().find("were refused") != std::string::npos);
  CHECK(gitea.transport->count("GET /v2/token") == 1);
}

TEST_CASE("a name that Gitea does not take is refused with its reason") {
  const Gitea gitea;
  const SampleImage image(3);
  const base::Error error = error_of([&] { push(gitea.repository("team/a__b"), image, {"a"}); });
  CHECK(std::string(error.what()).find("NAME_INVALID") != std::string::npos);
}

TEST_CASE("tags are kept in lower case, and found in any") {
  const Gitea gitea;
  const registry::Repository repository = gitea.repository("team/case");
  push(repository, SampleImage(4), {"v1.0.0-RC1"});
  CHECK(*repository.list_tags() == std::vector<std::string>{"v1.0.0-rc1"});
  CHECK(repository.head_manifest("v1.0.0-RC1").has_value());
}

TEST_CASE("an upload that breaks anywhere is begun anew and completes") {
  const SampleImage image(5, 1'000'000);
  registry::PushOptions options;
  options.upload.one_piece = 1000;
  options.upload.first_chunk = options.upload.largest_chunk = 300'000;
  options.upload.retry.first_wait = std::chrono::milliseconds(1);
  int number = 0;
  for (const std::uint64_t at : {1U, 150'000U, 299'999U}) {
    Gitea gitea;
    int patches = 0;
    gitea.transport->before = [&](http::Request& request) {
      if (request.method == "PATCH" && ++patches == 2) MeddlingTransport::cut_body(request, at);
    };
    registry::PushSession session(gitea.repository("team/broken" + std::to_string(++number)),
                                  options);
    static_cast<void>(session.push({image.push({"a"})}));
    CHECK(gitea.transport->count("DELETE") == 1);  // the session that broke
  }
}

// security.R5
TEST_CASE("a blob that was swept away before the manifest is sent again") {
  Gitea gitea;
  const Gitea sweeper;
  const SampleImage image(6);
  const std::string blob = "/blobs/" + image.layer.descriptor.digest.to_string();
  bool once = false;
  gitea.transport->before = [&](http::Request& request) {
    if (request.method != "PUT" || request.url.path.find("/manifests/") == std::string::npos ||
        std::exchange(once, true))
      return;
    const registry::Repository swept = sweeper.repository("team/swept");
    CHECK(swept.send(swept.request("DELETE", blob, {})).status == 202);
  };
  push(gitea.repository("team/swept"), image, {"a"});
  base::StringSink sink;
  gitea.repository("team/swept").get_blob(image.layer.descriptor, sink);
  CHECK(sink.text() == image.layer.bytes);
}

// security.R6
TEST_CASE("an index is taken once the manifests it names are there") {
  const Gitea gitea;
  const registry::Repository repository = gitea.repository("team/index");
  const SampleImage image(7);
  const oci::Digest digest = oci::Digest::of_bytes(image.manifest);
  const std::string index =
      R"({"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[)"
      R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":")" +
      digest.to_string() + R"(","size":)" + std::to_string(image.manifest.size()) +
      R"(,"platform":{"architecture":"amd64","os":"linux"}}]})";
  const std::string type(oci::media_type::kIndex);
  push(repository, SampleImage(8), {"other"});
  CHECK_THROWS_AS(repository.put_manifest("all", index, type), registry::MissingBlobs);
  push(repository, image, {});
  repository.put_manifest("all", index, type);
  CHECK(repository.get_manifest("all").bytes == index);
}

}  // namespace
}  // namespace cooper::test
