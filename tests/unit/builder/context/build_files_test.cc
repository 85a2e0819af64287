#include "builder/context/build_files.h"

#include <doctest/doctest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file_at.h"
#include "tests/support/temp_directory.h"

using namespace cooper::context;  // NOLINT(google-build-using-namespace)
using cooper::base::Error;
using cooper::base::ErrorKind;
using cooper::base::write_file_at;
using cooper::test::TempDirectory;

namespace {

ErrorKind refusal(const std::string& context, const std::string& file) {
  try {
    static_cast<void>(read_dockerfile(context, file, ""));
  } catch (const Error& error) {
    return error.kind();
  }
  FAIL("accepted");
  return ErrorKind::failure;
}

}  // namespace

TEST_CASE("the Dockerfile of a context") {
  const TempDirectory context;
  CHECK(refusal(context.path(), "") == ErrorKind::not_found);
  write_file_at(context.fd(), "dockerfile", "lower");
  CHECK(read_dockerfile(context.path(), "", "").text == "lower");
  write_file_at(context.fd(), "Dockerfile", "upper");
  const DockerfileText found = read_dockerfile(context.path(), "", "");
  CHECK(found.text == "upper");
  CHECK(found.display_name == "Dockerfile");
  CHECK(found.path == context.path() + "/Dockerfile");
}

TEST_CASE("a named Dockerfile may be outside the context") {
  const TempDirectory context;
  const TempDirectory other;
  write_file_at(other.fd(), "my.Dockerfile", "text");
  CHECK(read_dockerfile(context.path(), other.path() + "/my.Dockerfile", "").text == "text");
  const DockerfileText relative = read_dockerfile(context.path(), "my.Dockerfile", other.path());
  CHECK(relative.text == "text");
  CHECK(relative.display_name == "my.Dockerfile");
  CHECK(relative.path == other.path() + "/my.Dockerfile");
  CHECK(refusal(context.path(), other.path() + "/none") == ErrorKind::not_found);
  CHECK(refusal(context.path(), other.path()) == ErrorKind::usage);
  REQUIRE(::mkfifoat(other.fd(), "fifo", 0600) == 0);
  CHECK(refusal(context.path(), other.path() + "/fifo") == ErrorKind::usage);
  write_file_at(other.fd(), "big", std::string((4U << 20) + 1, '#'));
  CHECK(refusal(context.path(), other.path() + "/big") == ErrorKind::limit);
}

// security.D17
TEST_CASE("links of a context cannot show files of the host") {
  const TempDirectory outside;
  const TempDirectory context;
  write_file_at(outside.fd(), "secret", "s");
  REQUIRE(::symlinkat((outside.path() + "/secret").c_str(), context.fd(), "Dockerfile") == 0);
  CHECK(refusal(context.path(), "") == ErrorKind::not_found);
  REQUIRE(::symlinkat((outside.path() + "/secret").c_str(), context.fd(), ".dockerignore") == 0);
  CHECK_THROWS_AS(static_cast<void>(read_ignore_rules(context.path(), "")), Error);
  // A link that stays inside is fine.
  const TempDirectory honest;
  write_file_at(honest.fd(), "real", "FROM scratch");
  REQUIRE(::symlinkat("/real", honest.fd(), "Dockerfile") == 0);
  CHECK(read_dockerfile(honest.path(), "", "").text == "FROM scratch");
}

TEST_CASE("the ignore file beside the Dockerfile wins") {
  const TempDirectory context;
  const std::string dockerfile = context.path() + "/app.Dockerfile";
  CHECK(read_ignore_rules(context.path(), dockerfile).empty());
  write_file_at(context.fd(), ".dockerignore", "common\n");
  CHECK(read_ignore_rules(context.path(), dockerfile).ignores("common"));
  write_file_at(context.fd(), "app.Dockerfile.dockerignore", "own\n");
  const auto rules = read_ignore_rules(context.path(), dockerfile);
  CHECK(rules.ignores("own"));
  CHECK_FALSE(rules.ignores("common"));
  CHECK(read_ignore_rules(context.path(), "").ignores("common"));
  CHECK(read_ignore_rules("", "").empty());
}

TEST_CASE("what a context argument is") {
  CHECK(classify_context(".") == ContextKind::directory);
  CHECK(classify_context("/a/b.git") == ContextKind::directory);
  CHECK(classify_context("-") == ContextKind::stdin_tar);
  CHECK(classify_context("https://example.com/a.git") == ContextKind::git);
  CHECK(classify_context("https://example.com/a.git#main:sub") == ContextKind::git);
  CHECK(classify_context("git@example.com:a/b") == ContextKind::git);
  CHECK(classify_context("ssh://example.com/a") == ContextKind::git);
  CHECK(classify_context("https://example.com/a.tar.gz") == ContextKind::http);
  CHECK(classify_context("oci-layout:///x") == ContextKind::oci_layout);
  CHECK(classify_context("docker-image://php:8") == ContextKind::docker_image);
  CHECK(classify_context("target:base") == ContextKind::target);
}
