// The small pure rules: endpoints, realms, errors, pages of tags.
#include <doctest/doctest.h>

#include "base/error.h"
#include "registry/endpoint.h"
#include "registry/realm_policy.h"
#include "registry/registry_error.h"
#include "registry/tag_list.h"

namespace cooper::registry {
namespace {

TEST_CASE("where a registry is reached") {
  const auto at = [](const char* host) {
    return http::origin(registry_endpoint(host, {"plain.example:8080"}));
  };
  CHECK(at("docker.io") == "https://registry-1.docker.io");
  CHECK(at("reg.example") == "https://reg.example");
  CHECK(at("reg.example:5000") == "https://reg.example:5000");
  CHECK(at("plain.example:8080") == "http://plain.example:8080");
  CHECK(at("plain.example") == "https://plain.example");
  CHECK(at("localhost:5000") == "http://localhost:5000");
  CHECK(at("127.0.0.1:5000") == "http://127.0.0.1:5000");
  CHECK(at("[::1]:5000") == "http://[::1]:5000");
  CHECK(at("localhost") == "http://localhost");
  CHECK(at("localhost:443") == "https://localhost");
  for (const char* host : {"", "a/b", "u:p@h", "h?x", "h x"})
    CHECK_THROWS_AS(at(host), base::Error);
}

TEST_CASE("which token server gets the password") {
  const auto judge = [](const char* registry, const char* name, const char* realm,
                        bool credentials = true) {
    const AllowedRealms allowed = {{"reg.example", "https://sso.example"}};
    return judge_realm(http::parse_url(registry), name, http::parse_url(realm), credentials,
                       allowed)
        .allowed;
  };
  CHECK(judge("https://reg.example", "reg.example", "https://reg.example/v2/token"));
  CHECK(judge("https://reg.example", "reg.example", "https://sso.example/token"));
  CHECK(judge("https://registry-1.docker.io", "docker.io", "https://auth.docker.io/token"));
  CHECK(judge("http://127.0.0.1:5000", "127.0.0.1:5000", "http://127.0.0.1:5000/token"));

  CHECK_FALSE(judge("https://reg.example", "reg.example", "https://evil.example/token"));
  CHECK_FALSE(judge("https://reg.example", "reg.example", "http://reg.example/token"));
  CHECK_FALSE(judge("https://reg.example", "reg.example", "https://reg.example:8443/token"));
  CHECK_FALSE(judge("https://reg.example", "reg.example", "https://u@reg.example/token"));
  CHECK_FALSE(judge("https://reg.example", "reg.example", "https://auth.docker.io/token"));
  CHECK_FALSE(judge("https://other.example", "other.example", "https://sso.example/token"));

  CHECK(judge("https://reg.example", "reg.example", "https://auth.example/token", false));
  CHECK_FALSE(judge("https://reg.example", "reg.example", "http://auth.example/token", false));
  CHECK_FALSE(judge("https://reg.example", "reg.example", "https://169.254.169.254/token", false));
  CHECK_FALSE(judge("https://reg.example", "reg.example", "https://localhost/token", false));
}

TEST_CASE("what an error answer says") {
  CHECK(summarize_error_body(R"({"errors":[{"code":"DENIED","message":"no"},{"code":"X"}]})") ==
        "DENIED: no; X");
  CHECK(summarize_error_body("<html><title>413 Too Large</title>...") == "413 Too Large");
  CHECK(summarize_error_body("<html>...") == "an HTML page");
  CHECK(summarize_error_body(" reqPackageAccess \n") == "reqPackageAccess");
  CHECK(summarize_error_body("").empty());
  CHECK(summarize_error_body(std::string(5000, 'x')).size() < 500);
  CHECK(summarize_error_body(R"({"errors":"no array"})") == R"({"errors":"no array"})");
  CHECK(has_error_code(R"({"errors":[{"code":"A"},{"code":"BLOB_UNKNOWN"}]})", "BLOB_UNKNOWN"));
  CHECK_FALSE(has_error_code("BLOB_UNKNOWN", "BLOB_UNKNOWN"));
}

TEST_CASE("an error names method, address without secrets, status and cause") {
  http::Request request;
  request.method = "PUT";
  request.url = http::parse_url("https://u:pw@h/v2/x?digest=d&_state=secret");
  const base::Error error =
      registry_error("push blob", "x", request, {413, {}, "<html><title>nginx</title>"});
  CHECK(std::string(error.what()) ==
        "push blob 'x': PUT https://h/v2/x?digest=d&_state=...: 413 Content Too Large: nginx");
  CHECK(error.hint().find("client_max_body_size") != std::string::npos);
  CHECK(registry_error("a", "b", request, {403, {}, ""}).kind() == base::ErrorKind::denied);
  CHECK(registry_error("a", "b", request, {503, {}, ""}).kind() == base::ErrorKind::network);
}

TEST_CASE("pages of tags") {
  CHECK(parse_tag_page(R"({"name":"x","tags":["a","b"]})", "x") ==
        std::vector<std::string>{"a", "b"});
  CHECK(parse_tag_page(R"({"name":"x","tags":null})", "x").empty());
  CHECK(parse_tag_page("{}", "x").empty());
  for (const char* text : {"[]", R"({"tags":"a"})", R"({"tags":[1]})", "<html>"}) {
    CHECK_THROWS_AS(static_cast<void>(parse_tag_page(text, "x")), base::Error);
  }
  CHECK(next_link(R"(</v2/x?last=b>; rel="next")") == "/v2/x?last=b");
  CHECK(next_link(R"(<p>; rel="prev", <n>; rel="next")") == "n");
  CHECK_FALSE(next_link(R"(<p>; rel="prev")").has_value());
  CHECK_FALSE(next_link("").has_value());
  CHECK_FALSE(next_link("<open").has_value());
}

}  // namespace
}  // namespace cooper::registry
